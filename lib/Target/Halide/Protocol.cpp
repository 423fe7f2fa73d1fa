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
                           {"memory", request.memoryLimit}});
}

std::string toLine(const WorkerReply &reply) {
  json::Object object{{"id", reply.id},
                      {"ok", reply.ok},
                      {"peak", reply.peakBytes},
                      {"milliseconds", reply.milliseconds}};
  if (reply.ok) {
    object["scratch"] = reply.scratch;
    object["bytes"] = reply.objectBytes;
  } else {
    object["outOfMemory"] = reply.outOfMemory;
    object["error"] = json::fixUTF8(reply.error); // Messages can hold bytes of a file.
  }
  return line(std::move(object));
}

bool fromJSON(const json::Value &value, WorkerRequest &out, json::Path path) {
  json::ObjectMapper map(value, path);
  if (!map || !map.map("id", out.id) || !map.map("target", out.target) ||
      !map.mapOptional("memory", out.memoryLimit))
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
         map.mapOptional("outOfMemory", out.outOfMemory) &&
         map.mapOptional("scratch", out.scratch) && map.mapOptional("bytes", out.objectBytes) &&
         map.mapOptional("peak", out.peakBytes) &&
         map.mapOptional("milliseconds", out.milliseconds) && map.mapOptional("error", out.error);
}

std::string describeEnd(int status) {
  if (WIFSIGNALED(status))
    return "was killed by signal " + std::to_string(WTERMSIG(status));
  return "ended with code " + std::to_string(WEXITSTATUS(status));
}

} // namespace fovea::halide
