// One table of kernels for each scalar type and vector unit.
#ifndef ENERGY_TRANSFORMER_KERNEL_TABLES_H
#define ENERGY_TRANSFORMER_KERNEL_TABLES_H
#include "include/CKernels.h"

// Memory of the calling thread for packed matrices, kept until the thread ends: slot 0 for whoever calls products,
// slot 1 for products.
enum { ET_WORKSPACES = 2 };
#pragma clang assume_nonnull begin
void *et_workspace(int slot, size_t bytes);

#define ET_ENTRY(T, S, R, name, swift, parameters, arguments) R (*name) parameters;
#define ET_TABLE(T, S)                                                                                       \
  struct et_table_##S { ET_KERNELS(ET_ENTRY, T, S) };                                                        \
  extern const struct et_table_##S et_plain_##S, et_avx2_##S, et_avx512_##S;
ET_TABLE(float, f32)
ET_TABLE(double, f64)
#pragma clang assume_nonnull end
#endif
