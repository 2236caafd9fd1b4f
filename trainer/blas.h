// SPDX-License-Identifier: Apache-2.0
/// The BLAS beneath LibTorch: one thread, and kernels for the CPU that runs it.
#pragma once

namespace crbrt::trainer {

/// LibTorch splits operations among threads itself; a BLAS that does so too makes two threads slower than one.
void keep_blas_single_threaded();

/// OpenBLAS chooses its kernels by the model number of the CPU, and takes those of 2004 (Prescott, SSE3) for one that is newer
/// than itself: 0.3.21 of Debian 12 does so on a Xeon of 2023 that has AVX-512, and products of matrices then take five times
/// as long. Its environment variable OPENBLAS_CORETYPE decides otherwise, and is read before main(): where the kernels are
/// older than the CPU's instructions, this starts the program again with it. Returns where nothing has to be done.
void restart_with_kernels_of_cpu(char** argv);

}  // namespace crbrt::trainer
