//===- KnownCosts.h - Costs of commands seen before -------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// A program is mostly the same commands at other addresses, and what a command costs does not
// depend on addresses, but for the banks that it meets others at. So of each kind of command the
// last few shapes are kept with their costs.
//
//===----------------------------------------------------------------------===//
#ifndef FOVEA_LIB_SIM_KNOWNCOSTS_H
#define FOVEA_LIB_SIM_KNOWNCOSTS_H

#include "CommandCost.h"
#include "fovea/Machine/IsaTable.h"
#include <tuple>

namespace fovea::sim {

namespace detail {
/// Not 0 if two values of a field differ in more than an address.
template <isa::FieldKind kind, typename Value>
uint32_t difference([[maybe_unused]] const Value &a, [[maybe_unused]] const Value &b) {
  if constexpr (kind == isa::FieldKind::Local)
    return a.accumulator ^ b.accumulator;
  else if constexpr (isa::isAddress(kind))
    return 0;
  else
    return uint32_t(a) ^ uint32_t(b);
}

// No branch but the last one: most commands have the shape that is asked for first.
#define FOVEA_COMMAND(Name, mnemonic, queue, summary)                                              \
  inline bool sameShape([[maybe_unused]] const isa::Name &a,                                       \
                        [[maybe_unused]] const isa::Name &b) {                                     \
    uint32_t differences = 0;
#define FOVEA_FIELD(name, bits, Kind, summary)                                                     \
  differences |= difference<isa::FieldKind::Kind>(a.name, b.name);
#define FOVEA_END(Name)                                                                            \
  return differences == 0;                                                                         \
  }
#include "fovea/Machine/Isa.def"
#undef FOVEA_COMMAND
#undef FOVEA_FIELD
#undef FOVEA_END
} // namespace detail

class KnownCosts {
public:
  explicit KnownCosts(const Accelerator &machine) : model(machine) {}

  /// The cost of a command of that queue, which stays until the next call, and the banks of each
  /// port that it uses.
  template <isa::Queue queue>
  const CommandCost &of(const isa::Operation &operation, PortBanks &banks) {
    // Not std::visit, which calls by a table and inlines nothing.
    switch (isa::Opcode(operation.index() + 1)) {
#define FOVEA_COMMAND(Name, mnemonic, itsQueue, summary)                                           \
  case isa::Opcode::Name:                                                                          \
    if constexpr (queue == isa::Queue::itsQueue) {                                                 \
      const auto &operands = *std::get_if<isa::Name>(&operation);                                  \
      banks = model.banksOf(operands);                                                             \
      return find(operands);                                                                       \
    }                                                                                              \
    break;
#define FOVEA_FIELD(name, bits, Kind, summary)
#define FOVEA_END(Name)
#include "fovea/Machine/Isa.def"
#undef FOVEA_COMMAND
#undef FOVEA_FIELD
#undef FOVEA_END
    case isa::Opcode::None:
      break;
    }
    llvm_unreachable("a command is in its own queue");
  }

private:
  template <typename Operands> struct Shapes {
    static constexpr unsigned most = 4; ///< A tile of weights, one of pixels, and their last ones.
    std::array<Operands, most> operands;
    std::array<CommandCost, most> costs;
    unsigned count = 0, oldest = 0;
  };

  template <typename Operands> const CommandCost &find(const Operands &operands) {
    auto &known = std::get<Shapes<Operands>>(shapes);
    for (unsigned i = 0; i < known.count; ++i)
      if (detail::sameShape(known.operands[i], operands))
        return known.costs[i];
    unsigned place = known.count < known.most ? known.count++ : known.oldest++ % known.most;
    known.operands[place] = operands;
    return known.costs[place] = model.costOf(operands);
  }

  CostModel model;
  std::tuple<
#define FOVEA_COMMAND(Name, mnemonic, queue, summary) Shapes<isa::Name>,
#define FOVEA_FIELD(name, bits, Kind, summary)
#define FOVEA_END(Name)
#include "fovea/Machine/Isa.def"
#undef FOVEA_COMMAND
#undef FOVEA_FIELD
#undef FOVEA_END
      std::monostate>
      shapes;
};

} // namespace fovea::sim

#endif
