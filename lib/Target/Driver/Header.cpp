//===- Header.cpp - The header of a compiled network ------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Target/Driver/DriverObject.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/raw_ostream.h"
#include <set>

using namespace llvm;
using namespace fovea;
using namespace fovea::driver;

static StringRef cType(plan::DType type) {
  switch (type) {
  case plan::DType::F32:
    return "float";
  case plan::DType::F64:
    return "double";
  case plan::DType::F16:
  case plan::DType::BF16:
  case plan::DType::U16:
    return "uint16_t";
  case plan::DType::I8:
    return "int8_t";
  case plan::DType::U8:
  case plan::DType::Bool:
    return "uint8_t";
  case plan::DType::I16:
    return "int16_t";
  case plan::DType::I32:
    return "int32_t";
  case plan::DType::I64:
    return "int64_t";
  }
  return "void";
}

static std::string upper(StringRef text) {
  std::string result = text.upper();
  for (char &c : result)
    if (!isAlnum(c))
      c = '_';
  return result;
}

/// A parameter's name: "input_image". What stands before the port's own name keeps it apart from
/// every keyword and macro. Made different from `taken`, which are in capitals, as in macros.
static std::string parameterName(StringRef kind, StringRef port, std::set<std::string> &taken) {
  std::string name = (kind + "_" + port).str();
  for (char &c : name)
    if (!isAlnum(c))
      c = '_';
  while (!taken.insert(upper(name)).second)
    name += '_';
  return name;
}

static int64_t elementCount(const plan::Port &port) {
  int64_t count = 1;
  for (int64_t extent : port.shape)
    count *= extent;
  return count;
}

namespace {
struct Parameter {
  const plan::Port *port;
  bool isInput;
  std::string name;
  StringRef type;
  uint64_t alignment;
};
} // namespace

static std::vector<Parameter> parameters(const Network &network) {
  const plan::Plan &plan = network.first();
  std::vector<Parameter> result;
  std::set<std::string> taken;
  std::vector<uint64_t> alignments = portAlignments(network, network.batches().front());
  for (const auto *ports : {&plan.inputs, &plan.outputs})
    for (const plan::Port &port : *ports) {
      bool isInput = ports == &plan.inputs;
      result.push_back({&port, isInput,
                        parameterName(isInput ? "input" : "output", port.name, taken),
                        cType(plan.buffers[port.buffer].dtype), alignments[result.size()]});
    }
  return result;
}

static std::string shapeOf(const plan::Port &port) {
  return join(map_range(port.shape, [](int64_t n) { return itostr(n); }), ", ");
}

static void emitShapes(raw_ostream &os, ArrayRef<Parameter> parameters, StringRef prefix) {
  for (const Parameter &parameter : parameters) {
    std::string name = upper((prefix + "_" + parameter.name).str());
    os << "#define " << name << "_RANK " << parameter.port->shape.size() << "\n";
    os << "#define " << name << "_SHAPE {" << shapeOf(*parameter.port) << "}\n";
    os << "#define " << name << "_ELEMENTS " << elementCount(*parameter.port) << "\n";
  }
}

static void emitRun(raw_ostream &os, const Network &network, ArrayRef<Parameter> parameters,
                    StringRef prefix) {
  std::string list, inputs, outputs;
  os << "/** fovea_run with one pointer per tensor, dense and row-major:\n";
  for (const Parameter &parameter : parameters) {
    os << " *    " << parameter.name << ": " << parameter.type << '[' << shapeOf(*parameter.port)
       << "], aligned to " << parameter.alignment << " bytes\n";
    list += (parameter.isInput ? ", const " : ", ") + parameter.type.str() + " *" + parameter.name;
    std::string &pointers = parameter.isInput ? inputs : outputs;
    pointers += (pointers.empty() ? "" : ", ") + parameter.name;
  }
  if (network.batches().size() > 1)
    os << " *  At another batch size the first extents are that. */\n";
  else
    os << " */\n";
  os << "static inline int " << prefix << "_run(" << prefix << "_instance *instance" << list
     << ") {\n"
     << "  const void *inputs[] = {" << (inputs.empty() ? "NULL" : inputs) << "};\n"
     << "  void *outputs[] = {" << (outputs.empty() ? "NULL" : outputs) << "};\n"
     << "  if (fovea_network_of(instance) != " << prefix << "_network())\n"
     << "    return FOVEA_INVALID;\n"
     << "  return fovea_run(instance, inputs, outputs);\n}\n";
}

static constexpr StringLiteral beforeRun = R"(
/** The network, for the functions of fovea.h. */
const fovea_network *@_network(void);

typedef fovea_instance @_instance;

/** fovea_create with the weights file of this path; null: with the weights of the options, or the
 *  embedded ones. `options` may be null, see fovea_default_options. */
static inline int @_create(const char *weights, const fovea_options *options, @_instance **out) {
  fovea_options all = options ? *options : fovea_default_options();
  if (weights)
    all.weights_path = weights;
  return fovea_create(@_network(), &all, out);
}

)";

static constexpr StringLiteral afterRun = R"(
/** fovea_destroy. */
static inline void @_destroy(@_instance *instance) { fovea_destroy(instance); }
)";

static std::string substitute(StringRef text, StringRef prefix) {
  SmallVector<StringRef> parts;
  text.split(parts, '@');
  return join(parts, prefix);
}

/// What the network was compiled for: "batch 1 on x86-64-v3, batch 4 on x86-64-v3".
static std::string variantsOf(const Network &network) {
  return join(map_range(network.variants,
                        [](const Variant &variant) {
                          return "batch " + itostr(variant.batch()) + " on " + variant.target;
                        }),
              ", ");
}

std::string driver::emitHeader(const Network &network) {
  const std::string &prefix = network.prefix;
  std::string text;
  std::vector<Parameter> all = parameters(network);
  raw_string_ostream os(text);
  os << "/* The network " << prefix << ", compiled by Fovea for " << variantsOf(network) << ".\n"
     << " * Link with the archive of this name and -lpthread, or with the shared library. */\n"
     << "#ifndef FOVEA_" << upper(prefix) << "_H\n#define FOVEA_" << upper(prefix) << "_H\n\n"
     << apiHeader() << '\n'
     << "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n";
  os << "/** The batch sizes; what follows is of the first. */\n#define " << upper(prefix)
     << "_BATCHES {"
     << join(map_range(network.batches(), [](int64_t batch) { return itostr(batch); }), ", ")
     << "}\n";
  emitShapes(os, all, prefix);
  os << substitute(beforeRun, prefix);
  emitRun(os, network, all, prefix);
  os << substitute(afterRun, prefix) << "\n#ifdef __cplusplus\n}\n#endif\n\n#endif\n";
  return text;
}
