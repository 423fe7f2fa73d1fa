//===- BankUse.h - How commands meet at banks -------------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_LIB_SIM_BANKUSE_H
#define FOVEA_LIB_SIM_BANKUSE_H

#include "llvm/ADT/bit.h"
#include <algorithm>
#include <array>
#include <cstdint>

namespace fovea::sim {

/// Ports of the local memories: each bank has one of each, good for a row of `lanes` elements a
/// cycle. Banks are equal parts of a memory, the lowest addresses first.
enum class Port : uint8_t { SpadRead, SpadWrite, AccRead, AccWrite };
inline constexpr unsigned portCount = 4;
/// A bit per bank, of each port's memory.
using PortBanks = std::array<uint64_t, portCount>;
/// Rows that cross each port.
using PortRows = std::array<uint64_t, portCount>;

/// What a command does to the banks: its rows, evenly spread over its time and its banks.
struct BankUse {
  PortBanks banks{};
  PortRows rows{};
  uint64_t occupied = 0; ///< Cycles for which it has its unit.
  uint64_t until = 0;    ///< The end of them.
};

/// Whether two commands use the same port of the same bank.
inline bool meet(const PortBanks &a, const PortBanks &b) {
  return ((a[0] & b[0]) | (a[1] & b[1]) | (a[2] & b[2]) | (a[3] & b[3])) != 0;
}

/// Rows a cycle and bank, in units of 2^-16.
inline uint64_t bankRate(uint64_t rows, uint64_t banks, uint64_t cycles) {
  uint64_t slots = cycles * llvm::popcount(banks);
  return rows >= slots ? 65536 : (rows << 16) / slots;
}

/// Cycles by which a command that begins at `time` takes longer because another one, begun before,
/// uses the same ports of the same banks, and both together more than a row a cycle.
inline uint64_t bankConflict(const BankUse &mine, const BankUse &other, uint64_t time) {
  uint64_t worst = 0;
  for (unsigned port = 0; port < portCount; ++port)
    if (mine.banks[port] & other.banks[port])
      worst = std::max(worst, bankRate(mine.rows[port], mine.banks[port], mine.occupied) +
                                  bankRate(other.rows[port], other.banks[port], other.occupied));
  if (worst <= 65536)
    return 0;
  uint64_t overlap = std::min(mine.occupied, other.until - time);
  return uint64_t((static_cast<unsigned __int128>(overlap) * (worst - 65536)) >> 16);
}

} // namespace fovea::sim

#endif
