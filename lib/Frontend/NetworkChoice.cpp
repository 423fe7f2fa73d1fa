//===- NetworkChoice.cpp - From a name to a network with values -----------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "NetworkChoice.h"
#include "fovea/Frontend/Parser.h"
#include "llvm/ADT/STLExtras.h"

using namespace fovea;
using namespace fovea::ast;

namespace {
class Resolver {
public:
  Resolver(const Program &program, DiagnosticEngine *diagnostics)
      : program(program), diagnostics(diagnostics) {}

  std::optional<ChosenNetwork> resolve(const Definition &definition);

private:
  bool addArguments(const CallExpr &call, const Definition &network, ChosenNetwork &chosen);
  const Parameter *parameterOf(const Argument &argument, size_t position,
                               const Definition &network);
  Diagnostic &error(llvm::StringRef code, SourceRange where, const llvm::Twine &message) {
    return diagnostics ? diagnostics->error(code, where, message) : unreported;
  }

  const Program &program;
  DiagnosticEngine *diagnostics;
  Diagnostic unreported;
};
} // namespace

static std::vector<llvm::StringRef> parameterNames(const Definition &network) {
  std::vector<llvm::StringRef> names;
  for (const Parameter &parameter : network.parameters)
    names.push_back(parameter.name.text);
  return names;
}

const Parameter *Resolver::parameterOf(const Argument &argument, size_t position,
                                       const Definition &network) {
  if (argument.name.text.empty()) {
    if (position < network.parameters.size())
      return &network.parameters[position];
    error("E0402", argument.value->range,
          "network " + network.name.text + " has " + llvm::Twine(network.parameters.size()) +
              " parameters")
        .note(network.name.range, "it is defined here");
    return nullptr;
  }
  for (const Parameter &parameter : network.parameters)
    if (parameter.name.text == argument.name.text)
      return &parameter;
  error("E0403", argument.name.range,
        "network " + network.name.text + " has no parameter '" + argument.name.text + "'")
      .suggest(argument.name.range, nearestName(argument.name.text, parameterNames(network)))
      .note(network.name.range, "it is defined here");
  return nullptr;
}

bool Resolver::addArguments(const CallExpr &call, const Definition &network,
                            ChosenNetwork &chosen) {
  for (auto [position, argument] : llvm::enumerate(call.arguments)) {
    const Parameter *parameter = parameterOf(argument, position, network);
    if (!parameter)
      return false;
    SourceRange where = argument.value->range;
    auto [entry, added] =
        chosen.arguments.insert({parameter->name.text, {argument.value.get(), where, where.file}});
    if (added)
      continue;
    error("E0404", entry->second.where, "'" + parameter->name.text + "' is given twice")
        .note(where, "it is given here already");
    return false;
  }
  return true;
}

std::optional<ChosenNetwork> Resolver::resolve(const Definition &definition) {
  std::vector<const CallExpr *> calls;
  const Definition *current = &definition;
  llvm::SmallVector<const Definition *> seen;
  while (current->kind == DefinitionKind::Preset) {
    const CallExpr &call = *current->preset;
    llvm::StringRef name = llvm::cast<NameExpr>(*call.callee).name;
    if (llvm::is_contained(seen, current)) {
      error("E0307", definition.name.range,
            "network " + definition.name.text + " is defined by itself");
      return std::nullopt;
    }
    constexpr size_t maxChain = 64;
    if (seen.size() == maxChain) {
      error("E0605", definition.name.range,
            "presets of presets are nested more than " + llvm::Twine(maxChain) + " levels deep");
      return std::nullopt;
    }
    seen.push_back(current);
    calls.push_back(&call);
    const Definition *next = program.lookup(call.range.file, name);
    if (!next) {
      error("E0301", call.callee->range, "unknown network '" + name + "'")
          .suggest(call.callee->range, nearestName(name, program.visibleNames(call.range.file)));
      return std::nullopt;
    }
    current = next;
  }
  if (current->kind != DefinitionKind::Network) {
    if (!calls.empty())
      error("E0306", calls.back()->callee->range, "'" + current->name.text + "' is no network")
          .note(current->name.range, "it is defined here");
    return std::nullopt;
  }
  ChosenNetwork chosen{definition.name.text, current, {}, {}};
  for (const CallExpr *call : calls)
    if (!addArguments(*call, *current, chosen))
      return std::nullopt;
  return chosen;
}

std::optional<ChosenNetwork> fovea::resolveNetwork(const Program &program,
                                                   const Definition &definition,
                                                   DiagnosticEngine *diagnostics) {
  return Resolver(program, diagnostics).resolve(definition);
}

//===----------------------------------------------------------------------===//
// The user's choice
//===----------------------------------------------------------------------===//

static void noteNetworks(const std::vector<NetworkInfo> &networks, Diagnostic &diagnostic) {
  for (const NetworkInfo &network : networks)
    diagnostic.note(network.where, network.signature() +
                                       (network.isComplete() ? "" : " (parameters to be given)"));
}

static const Definition *findNetwork(const Program &program, llvm::StringRef name) {
  for (auto &definition : program.mainFile().definitions) {
    bool isNetwork =
        definition->kind == DefinitionKind::Network || definition->kind == DefinitionKind::Preset;
    if (isNetwork && definition->name.text == name)
      return definition.get();
  }
  return nullptr;
}

/// The network named, or the only one that could be meant.
static const Definition *pickNetwork(const Program &program, const EvaluateOptions &options,
                                     const SourceManager &sources, DiagnosticEngine &diagnostics) {
  std::vector<NetworkInfo> networks = listNetworks(program, sources);
  if (!options.network.empty()) {
    if (const Definition *network = findNetwork(program, options.network))
      return network;
    std::vector<llvm::StringRef> names;
    for (const NetworkInfo &network : networks)
      names.push_back(network.name);
    llvm::StringRef near = nearestName(options.network, names);
    Diagnostic &error =
        diagnostics.error("E0607", {},
                          "unknown network '" + options.network + "'" +
                              (near.empty() ? "" : ("; did you mean '" + near + "'?").str()));
    noteNetworks(networks, error);
    return nullptr;
  }
  std::vector<const NetworkInfo *> complete;
  for (const NetworkInfo &network : networks)
    if (network.isComplete() || networks.size() == 1)
      complete.push_back(&network);
  if (complete.size() == 1)
    return findNetwork(program, complete.front()->name);
  llvm::StringRef file = sources.name(program.mainFile().id);
  if (networks.empty()) {
    diagnostics.error("E0606", {}, "'" + file + "' has no network");
    return nullptr;
  }
  const std::string &example = complete.empty() ? networks.front().name : complete.front()->name;
  Diagnostic &error = diagnostics.error("E0606", {},
                                        "'" + file + "' has " + llvm::Twine(networks.size()) +
                                            " networks: choose one, as in " + file + ":" + example);
  noteNetworks(networks, error);
  return nullptr;
}

static bool addOption(const std::string &name, const std::string &text, ChosenNetwork &chosen,
                      unsigned mainFile, SourceManager &sources, DiagnosticEngine &diagnostics) {
  unsigned file = sources.add("<--param " + name + ">", text);
  SourceRange where{file, 0, unsigned(text.size())};
  bool known = llvm::any_of(chosen.network->parameters,
                            [&](const Parameter &p) { return p.name.text == name; });
  if (!known) {
    llvm::StringRef near = nearestName(name, parameterNames(*chosen.network));
    diagnostics
        .error("E0403", where,
               "network " + chosen.name + " has no parameter '" + name + "'" +
                   (near.empty() ? "" : ("; did you mean '" + near + "'?").str()))
        .note(chosen.network->name.range, "it is defined here");
    return false;
  }
  ExprPtr value = parseExpression(file, diagnostics);
  if (!value)
    return false;
  auto [entry, added] = chosen.arguments.insert({name, {value.get(), where, mainFile}});
  if (!added) {
    diagnostics.error("E0404", where, "'" + name + "' is set already")
        .note(entry->second.where, "it is set here");
    return false;
  }
  chosen.owned.push_back(std::move(value));
  return true;
}

std::optional<ChosenNetwork> fovea::chooseNetwork(const Program &program,
                                                  const EvaluateOptions &options,
                                                  SourceManager &sources,
                                                  DiagnosticEngine &diagnostics) {
  const Definition *definition = pickNetwork(program, options, sources, diagnostics);
  if (!definition)
    return std::nullopt;
  std::optional<ChosenNetwork> chosen = resolveNetwork(program, *definition, &diagnostics);
  if (!chosen)
    return std::nullopt;
  bool good = true;
  for (auto &[name, text] : options.parameters)
    good &= addOption(name, text, *chosen, program.mainFile().id, sources, diagnostics);
  for (const Parameter &parameter : chosen->network->parameters) {
    if (parameter.defaultValue || chosen->arguments.count(parameter.name.text))
      continue;
    good = false;
    diagnostics.error("E0608", parameter.name.range,
                      "parameter '" + parameter.name.text + "' of " + chosen->name +
                          " has no value: give it with --param " + parameter.name.text + "=VALUE");
  }
  return good ? std::move(chosen) : std::nullopt;
}
