//===- EvaluateDeclaration.cpp - What a network says of itself ------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "EvaluatorImpl.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/GlobPattern.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MathExtras.h"

using namespace fovea;
using namespace fovea::ast;

//===----------------------------------------------------------------------===//
// Inputs and outputs
//===----------------------------------------------------------------------===//

bool Evaluator::checkElement(const InputStmt &statement) {
  static constexpr llvm::StringRef elements[] = {"f32", "f16", "bf16", "f64", "bool",
                                                 "i8",  "u8",  "i32",  "i64"};
  const Name &element = statement.element;
  if (llvm::is_contained(elements, llvm::StringRef(element.text)))
    return true;
  fail("E0213", element.range,
       "unknown element type '" + element.text + "'; known are " +
           llvm::join(llvm::ArrayRef(elements), ", "),
       [&](Diagnostic &diagnostic) {
         diagnostic.suggest(element.range, nearestName(element.text, elements));
       });
  return false;
}

bool Evaluator::checkLayout(const InputStmt &statement) {
  static constexpr llvm::StringRef layouts[] = {"nhwc", "nchw"};
  const Name &layout = statement.layout;
  if (layout.text.empty())
    return true;
  if (!llvm::is_contained(layouts, llvm::StringRef(layout.text))) {
    fail("E0217", layout.range,
         "unknown layout '" + layout.text + "'; known are " +
             llvm::join(llvm::ArrayRef(layouts), ", "),
         [&](Diagnostic &diagnostic) {
           diagnostic.suggest(layout.range, nearestName(layout.text, layouts));
         });
    return false;
  }
  llvm::StringRef element = statement.element.text;
  bool isImage = statement.shape.size() == 4 && (element == "f32" || element == "u8");
  if (!isImage)
    fail("E0217", layout.range,
         "a layout is that of an image: f32 or u8, and of 4 dimensions, not " + element + " of " +
             llvm::Twine(statement.shape.size()),
         [&](Diagnostic &diagnostic) { diagnostic.underline(statement.typeRange); });
  return isImage;
}

std::optional<std::vector<int64_t>> Evaluator::evaluateShape(const InputStmt &statement) {
  constexpr size_t maxRank = 8;
  if (statement.shape.empty() || statement.shape.size() > maxRank) {
    fail("E0213", statement.typeRange,
         "a tensor has 1 to " + llvm::Twine(maxRank) + " dimensions, not " +
             llvm::Twine(statement.shape.size()));
    return std::nullopt;
  }
  std::vector<int64_t> shape;
  int64_t count = 1;
  for (const ExprPtr &extent : statement.shape) {
    std::optional<int64_t> value = evaluateInteger(*extent, "an extent");
    if (!value)
      return std::nullopt;
    if (batch && shape.empty())
      value = batch;
    if (*value < 1) {
      fail("E0213", extent->range, "an extent is at least 1, not " + llvm::Twine(*value));
      return std::nullopt;
    }
    if (llvm::MulOverflow(count, *value, count) || count > maxTensorElements) {
      fail("E0212", statement.typeRange,
           "a tensor has at most " + llvm::Twine(maxTensorElements) + " elements");
      return std::nullopt;
    }
    shape.push_back(*value);
  }
  return shape;
}

static bool isChannelsLast(const InputStmt &statement) { return statement.layout.text == "nhwc"; }

/// What the network reads is then f32 with channels second.
static bool convertsInput(const InputStmt &statement) {
  return isChannelsLast(statement) ||
         (statement.element.text == "u8" && statement.shape.size() == 4);
}

/// "f32[1,3,224,224]": the input as the statements after it see it.
static std::string typeInside(const InputStmt &statement, std::vector<int64_t> shape) {
  if (isChannelsLast(statement))
    shape = {shape[0], shape[3], shape[1], shape[2]};
  std::string text = (convertsInput(statement) ? "f32" : statement.element.text) + "[";
  for (auto [i, extent] : llvm::enumerate(shape))
    text += (i ? "," : "") + std::to_string(extent);
  return text + "]";
}

/// False after an error: the network has an input, or an output, of that name, or too many.
bool Evaluator::declare(std::map<std::string, SourceRange> &places, const Name &name,
                        llvm::StringRef what) {
  constexpr size_t maxPorts = 1024;
  auto [entry, added] = places.insert({name.text, name.range});
  if (places.size() > maxPorts) {
    fail("E0603", name.range, "a network has at most " + llvm::Twine(maxPorts) + " " + what + "s");
    stopped = true;
    return false;
  }
  if (!added)
    fail("E0303", name.range, what + " '" + name.text + "' is defined twice",
         [&, earlier = entry->second](Diagnostic &diagnostic) {
           diagnostic.note(earlier, "it is defined here first");
         });
  return added;
}

/// Takes the name that the builder gives to the conversion of an input.
bool Evaluator::nameConversion(const InputStmt &statement) {
  std::string name = statement.name.text + ".to_tensor";
  auto [entry, added] = layerNames.insert({name, statement.name.range});
  if (!added)
    fail("E0304", statement.name.range,
         "two layers are named '" + name + "'; the input becomes f32 by one",
         [&, earlier = entry->second](Diagnostic &diagnostic) {
           diagnostic.note(earlier, "the other one is named here");
         });
  return added;
}

void Evaluator::executeInput(const InputStmt &statement) {
  bool good = checkElement(statement) && checkLayout(statement);
  auto shape = good ? evaluateShape(statement) : std::nullopt;
  if (!shape)
    return bind(statement.name, {}, statement.range);
  if (!declare(frame->inputPlaces, statement.name, "input"))
    return;
  if (frame->call)
    return takeInput(statement, *shape);
  if (convertsInput(statement) && !nameConversion(statement))
    return bind(statement.name, {}, statement.range);
  TensorId tensor =
      builder.addInput(statement.name.text, statement.element.text, *shape,
                       isChannelsLast(statement) ? "nhwc" : "nchw", position(statement.name.range));
  inputs[statement.name.text] = {tensor, statement.name.range};
  bind(statement.name, TensorValue{tensor}, statement.range);
}

/// The input of a network that is called: the next tensor of the call.
void Evaluator::takeInput(const InputStmt &statement, const std::vector<int64_t> &shape) {
  size_t index = frame->inputsTaken++;
  bind(statement.name, {}, statement.range);
  if (index >= frame->tensors.size()) {
    fail("E0401", frame->call->callee,
         "network " + frame->definition->name.text + " needs a tensor for its input '" +
             statement.name.text + "'",
         [&](Diagnostic &diagnostic) {
           diagnostic.note(statement.name.range, "the input is defined here");
         });
    return;
  }
  const CallArgument &argument = *frame->tensors[index];
  TensorId tensor = argument.value.get<TensorValue>()->id;
  std::string expected = typeInside(statement, shape);
  if (builder.typeOf(tensor) != expected) {
    fail("E0405", argument.range,
         "input '" + statement.name.text + "' of network " + frame->definition->name.text + " is " +
             expected + ", got " + builder.typeOf(tensor),
         [&](Diagnostic &diagnostic) {
           diagnostic.note(statement.typeRange, "the input is defined here");
         });
    return;
  }
  bind(statement.name, argument.value, argument.range);
}

void Evaluator::executeOutput(const OutputStmt &statement) {
  Value value = evaluate(*statement.value);
  bind(statement.name, value, statement.value->range);
  if (value.isPoison())
    return;
  auto *tensor = value.get<TensorValue>();
  if (!tensor) {
    fail("E0405", statement.value->range, "an output is a tensor, not " + typeName(value));
    return;
  }
  if (!declare(frame->outputPlaces, statement.name, "output"))
    return;
  if (frame->call) {
    offered.insert(tensor->id);
    frame->outputs.emplace_back(statement.name.text, value);
    return;
  }
  outputs[statement.name.text] = {tensor->id, statement.name.range};
  if (firstOutput.empty())
    firstOutput = statement.name.text;
  builder.addOutput(statement.name.text, tensor->id, position(statement.name.range));
}

//===----------------------------------------------------------------------===//
// Labels
//===----------------------------------------------------------------------===//

/// One name a line; blank lines at the end do not count. Nothing after an error.
std::optional<std::vector<std::string>> Evaluator::readLabels(unsigned file, SourceRange where) {
  auto malformed = [&](const llvm::Twine &message, SourceRange line) {
    fail("E0004", where, "\"" + sources.name(file) + "\" " + message, [&](Diagnostic &diagnostic) {
      if (line.isValid())
        diagnostic.note(line, "it is this line");
    });
    return std::nullopt;
  };
  llvm::StringRef text = sources.text(file);
  if (!llvm::json::isUTF8(text))
    return malformed("is not text in UTF-8", {});
  text = text.rtrim();
  if (text.empty())
    return malformed("holds no names", {});
  std::vector<std::string> names;
  unsigned offset = 0;
  for (llvm::StringRef rest = text; !rest.empty();) {
    auto [line, others] = rest.split('\n');
    llvm::StringRef name = line.trim();
    SourceRange place{file, offset, unsigned(offset + line.size())};
    if (name.empty())
      return malformed("has a line without a name", place);
    if (llvm::any_of(name,
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }))
      return malformed("has a name with a control character", place);
    names.push_back(name.str());
    offset += line.size() + 1;
    rest = others;
  }
  return names;
}

/// Labels are those of the network that was asked for; a network that is called gives tensors.
void Evaluator::executeLabels(const LabelsStmt &statement) {
  if (frame->call)
    return;
  if (labelsRange.isValid()) {
    fail("E0303", statement.range, "labels are given twice", [&](Diagnostic &diagnostic) {
      diagnostic.note(labelsRange, "they are given here first");
    });
    return;
  }
  labelsRange = statement.range;
  Value path = evaluate(*statement.path);
  auto *text = path.get<std::string>();
  if (!text)
    return;
  llvm::Expected<unsigned> file = program.load(sources, statement.range.file, *text);
  if (!file) {
    fail("E0003", statement.path->range,
         "cannot read the labels \"" + *text + "\": " + llvm::toString(file.takeError()));
    return;
  }
  auto names = readLabels(*file, statement.path->range);
  if (!names || !step(statement.range, names->size()))
    return;
  labelCount = names->size();
  builder.setLabels(sources.name(*file), *names);
}

void Evaluator::checkLabels() {
  if (!labelCount)
    return;
  TensorId output = outputs.at(firstOutput).first;
  std::vector<int64_t> shape = builder.shapeOf(output);
  if (shape.size() != 2 || shape[1] == static_cast<int64_t>(labelCount))
    return;
  diagnostics
      .warning("W0006", labelsRange,
               llvm::Twine(labelCount) + " labels, but '" + firstOutput + "' is " +
                   builder.typeOf(output) + ": " + llvm::Twine(shape[1]) + " classes")
      .note(outputs.at(firstOutput).second, "the output is defined here");
}

//===----------------------------------------------------------------------===//
// Weights that are not used
//===----------------------------------------------------------------------===//

void Evaluator::executeUnused(const UnusedStmt &statement) {
  constexpr size_t maxPattern = 255, maxPatterns = 4096;
  Value value = evaluate(*statement.pattern);
  auto *text = value.get<std::string>();
  if (!text)
    return;
  std::string pattern = frame->scope.weights + *text;
  llvm::Error error = llvm::GlobPattern::create(pattern).takeError();
  bool hasLength = !text->empty() && text->size() <= maxPattern;
  if (error || !hasLength) {
    std::string reason = llvm::toString(std::move(error));
    fail("E0311", statement.pattern->range,
         hasLength ? "malformed pattern: " + reason
                   : "a pattern has 1 to " + std::to_string(maxPattern) + " characters");
    return;
  }
  if (unusedPatterns.size() == maxPatterns) {
    fail("E0603", statement.range,
         "a network has at most " + llvm::Twine(maxPatterns) + " 'unused' patterns");
    stopped = true;
    return;
  }
  builder.addUnused(pattern);
  unusedPatterns.emplace_back(std::move(pattern), statement.pattern->range);
}

/// A pattern that matches a weight of the network would hide that a checkpoint does not fit.
void Evaluator::checkUnused() {
  if (unusedPatterns.empty())
    return;
  std::vector<std::string> weights = builder.weightNames();
  for (auto &[pattern, where] : unusedPatterns) {
    if (!step(where, weights.size()))
      return;
    llvm::GlobPattern glob = llvm::cantFail(llvm::GlobPattern::create(pattern));
    auto matched =
        llvm::find_if(weights, [&](const std::string &name) { return glob.match(name); });
    if (matched != weights.end())
      fail("E0312", where,
           "\"" + pattern + "\" matches the weight '" + *matched + "', which the network has");
  }
}
