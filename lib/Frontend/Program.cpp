//===- Program.cpp - A .cnn file with all that it imports -----------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "fovea/Frontend/Program.h"
#include "CheckProgram.h"
#include "NetworkChoice.h"
#include "fovea/Frontend/Parser.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace fovea;
using namespace fovea::ast;

const Definition *Program::lookup(unsigned file, llvm::StringRef name) const {
  auto scope = scopes.find(file);
  if (scope == scopes.end())
    return nullptr;
  auto found = scope->second.find(name.str());
  return found == scope->second.end() ? nullptr : found->second;
}

std::vector<llvm::StringRef> Program::visibleNames(unsigned file) const {
  std::vector<llvm::StringRef> names;
  if (auto scope = scopes.find(file); scope != scopes.end())
    for (auto &[name, definition] : scope->second)
      names.push_back(name);
  return names;
}

llvm::Expected<unsigned> Program::load(SourceManager &sources, unsigned from,
                                       llvm::StringRef path) const {
  if (llvm::sys::path::is_absolute(path))
    return sources.load(path);
  std::vector<std::string> folders = {llvm::sys::path::parent_path(sources.name(from)).str()};
  llvm::append_range(folders, libraryFolders);
  std::string reasons;
  for (llvm::StringRef folder : folders) {
    llvm::SmallString<256> place(folder);
    llvm::sys::path::append(place, path);
    llvm::sys::path::remove_dots(place, /*remove_dot_dot=*/false);
    llvm::Expected<unsigned> found = sources.load(place);
    if (found)
      return *found;
    reasons += (reasons.empty() ? "" : "; ") + place.str().str() + ": " +
               llvm::toString(found.takeError());
  }
  return llvm::createStringError(reasons);
}

//===----------------------------------------------------------------------===//
// Loading
//===----------------------------------------------------------------------===//

namespace fovea {
class ProgramLoader {
public:
  ProgramLoader(SourceManager &sources, llvm::ArrayRef<std::string> libraryFolders,
                DiagnosticEngine &diagnostics)
      : sources(sources), diagnostics(diagnostics) {
    program.libraryFolders = libraryFolders.vec();
  }

  Program load(llvm::StringRef path);

private:
  llvm::Expected<unsigned> loadMain(llvm::StringRef path);
  void parse(unsigned file);
  void resolveImports(const File &file);
  std::optional<unsigned> findImport(const File &file, const Import &import);
  void defineOwn(const File &file);
  void defineImported(const File &file);
  void define(unsigned scope, const Definition &definition, SourceRange where);

  SourceManager &sources;
  DiagnosticEngine &diagnostics;
  Program program;
  std::map<unsigned, std::vector<std::pair<unsigned, SourceRange>>> imports;
};
} // namespace fovea

/// A relative path that is nothing here may be a file of the library.
llvm::Expected<unsigned> ProgramLoader::loadMain(llvm::StringRef path) {
  llvm::Expected<unsigned> here = sources.load(path);
  if (here || llvm::sys::path::is_absolute(path) || llvm::sys::fs::exists(path))
    return here;
  std::string reason = llvm::toString(here.takeError());
  for (llvm::StringRef folder : program.libraryFolders) {
    llvm::SmallString<256> place(folder);
    llvm::sys::path::append(place, path);
    if (llvm::sys::fs::exists(place))
      return sources.load(place);
    reason += (", nor is there one in " + folder).str();
  }
  return llvm::createStringError(reason);
}

Program ProgramLoader::load(llvm::StringRef path) {
  llvm::Expected<unsigned> main = loadMain(path);
  if (!main) {
    diagnostics.error("E0001", {},
                      "cannot read '" + path + "': " + llvm::toString(main.takeError()));
    program.files.push_back(std::make_unique<File>());
    return std::move(program);
  }
  parse(*main);
  for (size_t i = 0; i < program.files.size(); ++i) // Grows while it is walked.
    resolveImports(*program.files[i]);
  for (auto &file : program.files)
    defineOwn(*file);
  for (auto &file : program.files)
    defineImported(*file);
  for (auto &file : program.files) {
    checkFile(*file, diagnostics);
    for (auto &definition : file->definitions)
      if (definition->kind == DefinitionKind::Preset)
        resolveNetwork(program, *definition, &diagnostics);
  }
  return std::move(program);
}

void ProgramLoader::parse(unsigned file) {
  program.files.push_back(std::make_unique<File>(parseFile(file, diagnostics)));
}

void ProgramLoader::resolveImports(const File &file) {
  for (const Import &import : file.imports) {
    if (diagnostics.tooManyErrors())
      return;
    std::optional<unsigned> found = findImport(file, import);
    auto &others = imports[file.id];
    if (!found || llvm::any_of(others, [&](auto &other) { return other.first == *found; }))
      continue;
    others.push_back({*found, import.range});
    if (llvm::none_of(program.files, [&](const auto &known) { return known->id == *found; }))
      parse(*found);
  }
}

std::optional<unsigned> ProgramLoader::findImport(const File &file, const Import &import) {
  llvm::Expected<unsigned> found = program.load(sources, file.id, import.path);
  if (found)
    return *found;
  diagnostics.error("E0002", import.range,
                    "cannot import \"" + import.path + "\": " + llvm::toString(found.takeError()));
  return std::nullopt;
}

void ProgramLoader::define(unsigned scope, const Definition &definition, SourceRange where) {
  const Definition *&entry = program.scopes[scope][definition.name.text];
  if (entry && entry != &definition)
    diagnostics.error("E0303", where, "'" + definition.name.text + "' is defined twice")
        .note(entry->name.range, "it is defined here too");
  else
    entry = &definition;
}

void ProgramLoader::defineOwn(const File &file) {
  for (auto &definition : file.definitions)
    define(file.id, *definition, definition->name.range);
}

void ProgramLoader::defineImported(const File &file) {
  for (auto [imported, where] : imports[file.id])
    for (auto &other : program.files)
      if (other->id == imported)
        for (auto &definition : other->definitions)
          define(file.id, *definition, where);
}

Program fovea::parseProgram(SourceManager &sources, llvm::StringRef path,
                            llvm::ArrayRef<std::string> libraryFolders,
                            DiagnosticEngine &diagnostics) {
  return ProgramLoader(sources, libraryFolders, diagnostics).load(path);
}

//===----------------------------------------------------------------------===//
// Networks
//===----------------------------------------------------------------------===//

bool NetworkInfo::isComplete() const {
  return llvm::none_of(parameters, [](const Parameter &p) { return p.defaultValue.empty(); });
}

std::string NetworkInfo::signature() const {
  if (parameters.empty())
    return name;
  std::string text = name + "(";
  llvm::ListSeparator comma;
  for (const Parameter &parameter : parameters) {
    text += llvm::StringRef(comma).str() + parameter.name;
    if (!parameter.type.empty())
      text += ": " + parameter.type;
    if (!parameter.defaultValue.empty())
      text += " = " + parameter.defaultValue;
  }
  return text + ")";
}

std::vector<NetworkInfo> fovea::listNetworks(const Program &program, const SourceManager &sources) {
  std::vector<NetworkInfo> networks;
  for (auto &definition : program.mainFile().definitions) {
    std::optional<ChosenNetwork> chosen = resolveNetwork(program, *definition, nullptr);
    if (!chosen)
      continue;
    NetworkInfo info{definition->name.text, definition->name.range, {}};
    for (const Parameter &parameter : chosen->network->parameters)
      if (!chosen->arguments.count(parameter.name.text))
        info.parameters.push_back(
            {parameter.name.text, parameter.type.text,
             parameter.defaultValue ? sources.text(parameter.defaultValue->range).str() : ""});
    networks.push_back(std::move(info));
  }
  return networks;
}

NetworkSpec fovea::splitNetworkSpec(llvm::StringRef text) {
  auto [path, network] = text.rsplit(':');
  bool isName = !network.empty() && !llvm::isDigit(network.front()) &&
                llvm::all_of(network, [](char c) { return llvm::isAlnum(c) || c == '_'; });
  // A path may hold a colon itself: a file that exists is one.
  if (!isName || llvm::sys::fs::exists(text))
    return {text.str(), ""};
  return {path.str(), network.str()};
}
