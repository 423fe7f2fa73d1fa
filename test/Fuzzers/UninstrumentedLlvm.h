//===- UninstrumentedLlvm.h - LLVM's library has no sanitizer ---*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// Included before everything else where Clang's AddressSanitizer instruments our code. LLVM's
// headers take the compiler's word for it that LLVM itself is instrumented: they would poison
// memory of allocators that the library then writes to.
//
//===----------------------------------------------------------------------===//
#ifndef FOVEA_TEST_FUZZERS_UNINSTRUMENTEDLLVM_H
#define FOVEA_TEST_FUZZERS_UNINSTRUMENTEDLLVM_H

#include "llvm/Support/Compiler.h"

#undef LLVM_ADDRESS_SANITIZER_BUILD
#define LLVM_ADDRESS_SANITIZER_BUILD 0
#define __asan_poison_memory_region(p, size)
#define __asan_unpoison_memory_region(p, size)

#endif
