//===- Protocol.cpp - What compiler and kernel worker say -------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Protocol.h"
#include "llvm/Support/raw_ostream.h"
#include <sys/wait.h>

using namespace llvm;

namespace fovea::halide {

static std::string line(json::Object object) {
  std::string text;
  raw_string_ostream(text) << json::Value(std::move(object)) << '\n';
  return text;
}

std::string toLine(const WorkerRequest &request) {
  return line(json::Object{{"id", request.id},
                           {"kernel", plan::toJSON(request.kernel)},
                           {"target", request.target},
                           {"output", request.output}});
}

std::string toLine(const WorkerReply &reply) {
  if (reply.ok)
    return line(json::Object{{"id", reply.id}, {"ok", true}, {"scratch", reply.scratch}});
  // Messages can hold bytes of a file, JSON must be UTF-8.
  return line(json::Object{{"id", reply.id}, {"ok", false}, {"error", json::fixUTF8(reply.error)}});
}

bool fromJSON(const json::Value &value, WorkerRequest &out, json::Path path) {
  json::ObjectMapper map(value, path);
  if (!map || !map.map("id", out.id) || !map.map("target", out.target) ||
      !map.map("output", out.output))
    return false;
  const json::Value *kernel = value.getAsObject()->get("kernel");
  if (!kernel) {
    path.field("kernel").report("missing value");
    return false;
  }
  Expected<plan::Kernel> parsed = plan::kernelFromJSON(*kernel);
  if (!parsed) {
    consumeError(parsed.takeError());
    path.field("kernel").report("expected a kernel");
    return false;
  }
  out.kernel = std::move(*parsed);
  return true;
}

bool fromJSON(const json::Value &value, WorkerReply &out, json::Path path) {
  json::ObjectMapper map(value, path);
  return map && map.map("id", out.id) && map.map("ok", out.ok) &&
         map.mapOptional("scratch", out.scratch) && map.mapOptional("error", out.error);
}

std::string describeEnd(int status) {
  if (WIFSIGNALED(status))
    return "was killed by signal " + std::to_string(WTERMSIG(status));
  return "ended with code " + std::to_string(WEXITSTATUS(status));
}

} // namespace fovea::halide
