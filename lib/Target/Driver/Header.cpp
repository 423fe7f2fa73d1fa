//===- Header.cpp - The header of a compiled network ------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Target/Driver/DriverObject.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
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

/// A parameter's name: the port's, made different from `taken` and from every keyword (all have
/// less than a trailing '_').
static std::string parameterName(StringRef port, std::set<std::string> &taken) {
  static const StringSet<> keywords = {
      "auto",     "bool",     "break",     "case",    "catch",  "char",     "class",    "const",
      "continue", "default",  "delete",    "do",      "double", "else",     "enum",     "export",
      "extern",   "false",    "float",     "for",     "friend", "goto",     "if",       "inline",
      "int",      "long",     "mutable",   "new",     "not",    "operator", "or",       "and",
      "private",  "public",   "register",  "return",  "short",  "signed",   "sizeof",   "static",
      "struct",   "switch",   "template",  "this",    "throw",  "true",     "try",      "typedef",
      "union",    "unsigned", "using",     "void",    "while",  "xor",      "instance", "asm",
      "virtual",  "volatile", "namespace", "restrict"};
  std::string name = port.str();
  for (char &c : name)
    if (!isAlnum(c))
      c = '_';
  if (name.empty() || isDigit(name[0]))
    name.insert(0, "p");
  while (keywords.contains(name) || !taken.insert(name).second)
    name += '_';
  return name;
}

static std::string upper(StringRef text) {
  std::string result = text.upper();
  for (char &c : result)
    if (!isAlnum(c))
      c = '_';
  return result;
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

static std::vector<Parameter> parameters(const plan::Plan &plan) {
  std::vector<Parameter> result;
  std::set<std::string> taken;
  std::vector<uint64_t> alignments = portAlignments(plan);
  for (const auto *ports : {&plan.inputs, &plan.outputs})
    for (const plan::Port &port : *ports)
      result.push_back({&port, ports == &plan.inputs, parameterName(port.name, taken),
                        cType(plan.buffers[port.buffer].dtype), alignments[result.size()]});
  return result;
}

static void emitShapes(raw_ostream &os, ArrayRef<Parameter> parameters, StringRef prefix) {
  for (const Parameter &parameter : parameters) {
    std::string name =
        upper((prefix + (parameter.isInput ? "_input_" : "_output_") + parameter.name).str());
    os << "#define " << name << "_RANK " << parameter.port->shape.size() << "\n";
    os << "#define " << name << "_SHAPE {"
       << join(map_range(parameter.port->shape, [](int64_t n) { return itostr(n); }), ", ")
       << "}\n";
    os << "#define " << name << "_ELEMENTS " << elementCount(*parameter.port) << "\n";
  }
}

static void emitRun(raw_ostream &os, ArrayRef<Parameter> parameters, StringRef prefix) {
  os << "/** Runs the network once; allocates nothing. Tensors are dense and row-major:\n";
  for (const Parameter &parameter : parameters)
    os << " *    " << parameter.name << ": " << (parameter.isInput ? "input " : "output ")
       << parameter.type << '['
       << join(map_range(parameter.port->shape, [](int64_t n) { return itostr(n); }), ", ")
       << "], aligned to " << parameter.alignment << " bytes\n";
  os << " *  Instances are independent of each other; one instance runs in one thread at a time. "
        "Returns 0 or an error. */\n";
  os << "int " << prefix << "_run(" << prefix << "_instance *instance";
  for (const Parameter &parameter : parameters)
    os << ", " << (parameter.isInput ? "const " : "") << parameter.type << " *" << parameter.name;
  os << ");\n";
}

static constexpr StringLiteral beforeRun = R"(typedef struct @_instance @_instance;

/** How to create an instance. Zeros are good defaults. */
typedef struct {
  int threads;         /**< Threads of a run, the caller's included; 0: one per CPU. */
  char *message;       /**< Where create describes an error, or null. */
  size_t messageBytes; /**< Size of `message`. */
} @_options;

/** Creates an instance: maps the packed weights, allocates all memory that runs need, starts threads.
 *  Returns 0 and an instance to be given to @_destroy, or an error (see @_error) and null in `*out`.
 *  `weights` is the path of the file that was written beside this header@WITHOUT; `options` may be null. */
int @_create(const char *weights, const @_options *options, @_instance **out);

/** The same with the contents of that file in memory, 64-byte aligned and alive as long as the instance. */
int @_create_from_memory(const void *weights, size_t bytes, const @_options *options, @_instance **out);

)";

static constexpr StringLiteral afterRun = R"(
/** Ends the threads and frees all memory; null is allowed. */
void @_destroy(@_instance *instance);

/** What an error means; never null. */
const char *@_error(int error);

/** From now on each run adds the nanoseconds of step i to nanoseconds[i], of @UPPER_CALLS; null ends that. */
void @_profile(@_instance *instance, uint64_t *nanoseconds);
/** The layers of a step; null if there is none. */
const char *@_call_name(int index);
)";

static std::string substitute(StringRef text, const plan::Plan &plan) {
  std::string prefix = symbolPrefix(plan), result;
  while (!text.empty()) {
    auto [before, after] = text.split('@');
    result += before;
    if (before.size() == text.size())
      break;
    if (after.consume_front("WITHOUT"))
      result += plan.weightBytes ? "" : " (this network has none: null will do)";
    else if (after.consume_front("UPPER"))
      result += upper(prefix);
    else
      result += prefix;
    text = after;
  }
  return result;
}

std::string driver::emitHeader(const plan::Plan &plan) {
  std::string prefix = symbolPrefix(plan), text;
  std::vector<Parameter> all = parameters(plan);
  raw_string_ostream os(text);
  os << "/* The network " << prefix << ", compiled by Fovea for " << plan.target << ".\n"
     << " * Link with the archive of this name, -lpthread and -lm. */\n"
     << "#ifndef FOVEA_" << upper(prefix) << "_H\n#define FOVEA_" << upper(prefix) << "_H\n\n"
     << "#include <stddef.h>\n#include <stdint.h>\n\n"
     << "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n";
  emitShapes(os, all, prefix);
  os << "/** Steps of a run. */\n#define " << upper(prefix) << "_CALLS " << plan.calls.size()
     << "\n\n"
     << substitute(beforeRun, plan);
  emitRun(os, all, prefix);
  os << substitute(afterRun, plan) << "\n#ifdef __cplusplus\n}\n#endif\n\n#endif\n";
  return text;
}
