" Fovea's .cnn files.
" Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
" SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

au BufRead,BufNewFile *.cnn setfiletype cnn
