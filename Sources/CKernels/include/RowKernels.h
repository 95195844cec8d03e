// Kernels of rows that lie `row` scalars apart, padded to whole vectors (`et_vector_length` scalars).
#ifndef ENERGY_TRANSFORMER_ROW_KERNELS_H
#define ENERGY_TRANSFORMER_ROW_KERNELS_H

#include <stdbool.h>
#include <stdint.h>

// The maps of memory overlaps h to answers r = G'(h): max(h, 0)^(degree - 1), h^(degree - 1), softmax(beta h).
enum { ET_RECTIFIED, ET_POLYNOMIAL, ET_SOFTMAX };

#define ET_ROW_KERNELS(K, T, S)                                                                              \
  K(T, S, void, normalize, "normalize(rows:columns:row:epsilon:gamma:delta:x:z:g:reciprocals:)",             \
    (long rows, long columns, long row, T epsilon, T gamma, const T *delta, const T *x, T *z, T *g,          \
     T *reciprocals),                                                                                        \
    (rows, columns, row, epsilon, gamma, delta, x, z, g, reciprocals))                                       \
  K(T, S, void, normalize_pullback,                                                                          \
    "normalizePullback(rows:columns:row:gamma:z:reciprocals:cotangentG:cotangentX:gammaGradient:deltaGradient:)",\
    (long rows, long columns, long row, T gamma, const T *z, const T *reciprocals, const T *cotangent_g,     \
     T *cotangent_x, double *gamma_gradient, T *delta_gradient),                                             \
    (rows, columns, row, gamma, z, reciprocals, cotangent_g, cotangent_x, gamma_gradient, delta_gradient))   \
  K(T, S, void, recall, "recall(_:parameter:rows:columns:row:overlaps:answers:energies:)",                   \
    (int32_t map, T parameter, long rows, long columns, long row, const T *overlaps, T *answers,             \
     double *energies),                                                                                      \
    (map, parameter, rows, columns, row, overlaps, answers, energies))                                       \
  K(T, S, double, recall_tangent,                                                                            \
    "recallTangent(_:parameter:rows:columns:row:overlaps:answers:tangent:ofAnswers:learnsBeta:)",            \
    (int32_t map, T parameter, long rows, long columns, long row, const T *overlaps, const T *answers,       \
     const T *tangent, T *of_answers, bool learns_beta),                                                     \
    (map, parameter, rows, columns, row, overlaps, answers, tangent, of_answers, learns_beta))               \
  K(T, S, void, gelu, "gelu(rows:columns:row:x:)", (long rows, long columns, long row, T *x),                \
    (rows, columns, row, x))                                                                                 \
  K(T, S, void, normalize_in_place, "normalizeInPlace(rows:columns:row:epsilon:gain:shift:x:)",              \
    (long rows, long columns, long row, T epsilon, const T *gain, const T *shift, T *x),                     \
    (rows, columns, row, epsilon, gain, shift, x))                                                           \
  K(T, S, void, softmax_in_place, "softmaxInPlace(rows:columns:row:scale:scores:logSums:)",                  \
    (long rows, long columns, long row, T scale, T *scores, double *_Nullable log_sums),                     \
    (rows, columns, row, scale, scores, log_sums))

#endif
