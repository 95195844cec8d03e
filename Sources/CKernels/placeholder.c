int energy_transformer_kernels_placeholder(void) { return 0; }
