//===- Image.cpp - Pictures as tensors ------------------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Support/Image.h"
#include "fovea/Support/AtomicFile.h"
#include "fovea/Support/TensorFile.h"
#include <csetjmp>
#include <cstdio>
#include <jpeglib.h>
#include <png.h>

using namespace fovea;
using llvm::Error;
using llvm::Expected;
using llvm::StringRef;

constexpr int64_t maxPixels = int64_t(1) << 27;

static Expected<Tensor> allocateImage(int64_t height, int64_t width, int64_t channels) {
  if (height * width > maxPixels)
    return llvm::createStringError("a picture of " + llvm::Twine(width) + "x" +
                                   llvm::Twine(height) + " is too large");
  return Tensor::allocate(ElementType::U8, {height, width, channels});
}

//===----------------------------------------------------------------------===//
// PNG
//===----------------------------------------------------------------------===//

static Expected<Tensor> readPng(StringRef bytes) {
  png_image png = {};
  png.version = PNG_IMAGE_VERSION;
  if (!png_image_begin_read_from_memory(&png, bytes.data(), bytes.size()))
    return llvm::createStringError(png.message);
  bool grey = !(png.format & PNG_FORMAT_FLAG_COLOR);
  png.format = grey ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
  Expected<Tensor> image = allocateImage(png.height, png.width, grey ? 1 : 3);
  if (!image) {
    png_image_free(&png);
    return image;
  }
  png_color white = {255, 255, 255};
  if (!png_image_finish_read(&png, &white, image->mutableBytes().data(), /*row_stride=*/0, nullptr))
    return llvm::createStringError(png.message);
  return image;
}

Error fovea::writePng(StringRef path, const Tensor &image) {
  llvm::ArrayRef<int64_t> shape = image.shape();
  if (image.elementType() != ElementType::U8 || shape.size() != 3 ||
      (shape[2] != 1 && shape[2] != 3) || image.elementCount() == 0 ||
      shape[0] * shape[1] > maxPixels)
    return llvm::createStringError("cannot write '" + path + "': " + image.typeName() +
                                   " is no picture u8[height, width, 1 or 3]");
  png_image png = {};
  png.version = PNG_IMAGE_VERSION;
  png.height = static_cast<png_uint_32>(shape[0]);
  png.width = static_cast<png_uint_32>(shape[1]);
  png.format = shape[2] == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(png);
  std::vector<char> buffer(size);
  if (!png_image_write_to_memory(&png, buffer.data(), &size, /*convert_to_8_bit=*/0,
                                 image.bytes().data(), /*row_stride=*/0, nullptr))
    return llvm::createStringError("cannot write '" + path + "': " + png.message);
  return writeFileAtomically(path, StringRef(buffer.data(), size));
}

//===----------------------------------------------------------------------===//
// JPEG
//===----------------------------------------------------------------------===//

namespace {
/// libjpeg reports errors through a function that must not return.
struct JpegErrors {
  jpeg_error_mgr manager;
  std::jmp_buf escape;
  char message[JMSG_LENGTH_MAX];
};

struct JpegSize {
  int64_t height, width, channels;
};
} // namespace

static void escapeFromJpeg(j_common_ptr info) {
  auto *errors = reinterpret_cast<JpegErrors *>(info->err);
  info->err->format_message(info, errors->message);
  std::longjmp(errors->escape, 1);
}

/// A warning is damaged data that libjpeg would patch over with grey.
static void takeWarningAsError(j_common_ptr info, int level) {
  if (level < 0)
    escapeFromJpeg(info);
}

// Between setjmp and longjmp no C++ object may be made or destroyed: hence the two functions of
// plain C, one that begins and one that reads rows.

static bool beginJpeg(jpeg_decompress_struct &info, JpegErrors &errors, StringRef bytes,
                      JpegSize &size) {
  if (setjmp(errors.escape))
    return false;
  jpeg_create_decompress(&info);
  jpeg_mem_src(&info, reinterpret_cast<const unsigned char *>(bytes.data()), bytes.size());
  jpeg_read_header(&info, TRUE);
  info.out_color_space = info.jpeg_color_space == JCS_GRAYSCALE ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_calc_output_dimensions(&info);
  size = {info.output_height, info.output_width, info.out_color_components};
  return true;
}

static bool readJpegRows(jpeg_decompress_struct &info, JpegErrors &errors, JSAMPLE *to) {
  if (setjmp(errors.escape))
    return false;
  jpeg_start_decompress(&info);
  size_t rowBytes = size_t(info.output_width) * info.output_components;
  while (info.output_scanline < info.output_height) {
    JSAMPROW row = to + info.output_scanline * rowBytes;
    jpeg_read_scanlines(&info, &row, 1);
  }
  jpeg_finish_decompress(&info);
  return true;
}

static Expected<Tensor> readJpeg(StringRef bytes) {
  jpeg_decompress_struct info = {};
  JpegErrors errors = {};
  info.err = jpeg_std_error(&errors.manager);
  errors.manager.error_exit = escapeFromJpeg;
  errors.manager.emit_message = takeWarningAsError;
  JpegSize size = {};
  if (!beginJpeg(info, errors, bytes, size)) {
    jpeg_destroy_decompress(&info);
    return llvm::createStringError(errors.message);
  }
  Expected<Tensor> image = allocateImage(size.height, size.width, size.channels);
  if (image &&
      !readJpegRows(info, errors, reinterpret_cast<JSAMPLE *>(image->mutableBytes().data())))
    image = llvm::createStringError(errors.message);
  jpeg_destroy_decompress(&info);
  return image;
}

Expected<Tensor> fovea::readImage(StringRef path) {
  auto file = mapFile(path);
  if (!file)
    return file.takeError();
  StringRef bytes = (*file)->getBuffer();
  auto read = [&]() -> Expected<Tensor> {
    if (bytes.starts_with("\x89PNG"))
      return readPng(bytes);
    if (bytes.starts_with("\xff\xd8"))
      return readJpeg(bytes);
    return llvm::createStringError("neither a PNG nor a JPEG file");
  };
  Expected<Tensor> image = read();
  if (!image)
    return llvm::createStringError(path + ": " + llvm::toString(image.takeError()));
  return image;
}
