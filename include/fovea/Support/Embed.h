//===- Embed.h - Files as bytes of the program ------------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_SUPPORT_EMBED_H
#define FOVEA_SUPPORT_EMBED_H

/// The bytes of the file `path`, with a zero behind them, between the symbols `name`Begin and
/// `name`End of the assembler. Both are literals; what compiles this depends on the file.
#define FOVEA_EMBED(name, path)                                                                    \
  __asm__(".section .rodata\n"                                                                     \
          ".balign 16\n" name "Begin:\n"                                                           \
          ".incbin \"" path "\"\n" name "End:\n"                                                   \
          ".byte 0\n"                                                                              \
          ".text\n")

#endif
