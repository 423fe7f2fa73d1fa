/* Kernels with the interface of a Halide object (see HalideRuntime.h), small enough to know what they compute. */
#include <stddef.h>
#include <stdint.h>

typedef struct {
  int32_t min, extent, stride;
  uint32_t flags;
} dimension;
typedef struct {
  uint64_t device;
  const void *device_interface;
  uint8_t *host;
  uint64_t flags;
  struct {
    uint8_t code, bits;
    uint16_t lanes;
  } type;
  int32_t dimensions;
  dimension *dim;
  void *padding;
} buffer;

int fovea_rt_do_par_for(void *, int (*)(void *, int, uint8_t *), int, int, uint8_t *);
void *fovea_rt_malloc(void *, size_t);
void fovea_rt_free(void *, void *);

static float *at(const buffer *b, int x, int c) {
  return (float *)b->host + x * (ptrdiff_t)b->dim[1].stride + c * (ptrdiff_t)b->dim[3].stride;
}

/* out[c, x] = in[c, x] * w[c], one task per channel. */
struct scale_closure {
  buffer *in, *w, *out;
};
static int scale_channel(void *context, int c, uint8_t *closure) {
  struct scale_closure *s = (struct scale_closure *)closure;
  (void)context;
  for (int x = 0; x < s->in->dim[1].extent; ++x)
    *at(s->out, x, c) = *at(s->in, x, c) * ((float *)s->w->host)[c];
  return 0;
}
int test_scale(void *context, buffer *in, buffer *w, buffer *out) {
  struct scale_closure s = {in, w, out};
  if (in->type.code != 2 || in->type.bits != 32 || in->dimensions != 5)
    return -1;
  return fovea_rt_do_par_for(context, scale_channel, 0, in->dim[3].extent, (uint8_t *)&s);
}

/* out = 2 * in by way of temporaries: one of the kernel, freed in the order of allocation, and one per task, in a loop inside a loop. */
struct twice_closure {
  buffer *in, *out;
  float *temporary;
};
static int twice_pixel(void *context, int index, uint8_t *closure) {
  struct twice_closure *t = (struct twice_closure *)closure;
  int width = t->in->dim[1].extent, c = index / width, x = index % width;
  (void)context;
  t->temporary[index] = 2 * *at(t->in, x, c);
  *at(t->out, x, c) = t->temporary[index];
  return 0;
}
static int twice_channel(void *context, int c, uint8_t *closure) {
  struct twice_closure *t = (struct twice_closure *)closure;
  int width = t->in->dim[1].extent;
  float *first = fovea_rt_malloc(context, 100), *second = fovea_rt_malloc(context, 1);
  int aligned = (uintptr_t)first % 128 == 0 && (uintptr_t)second % 128 == 0;
  first[0] = 0;
  fovea_rt_free(context, first);
  fovea_rt_free(context, second);
  return aligned ? fovea_rt_do_par_for(context, twice_pixel, c * width, width, closure) : -2;
}
int test_twice(void *context, buffer *in, buffer *out) {
  int count = in->dim[1].extent * in->dim[3].extent;
  float *unused = fovea_rt_malloc(context, 64);
  struct twice_closure t = {in, out, fovea_rt_malloc(context, sizeof(float) * (size_t)count)};
  fovea_rt_free(context, unused);
  int status = fovea_rt_do_par_for(context, twice_channel, 0, in->dim[3].extent, (uint8_t *)&t);
  fovea_rt_free(context, t.temporary);
  return status;
}

/* Negates in place. */
int test_negate(void *context, buffer *in, buffer *out) {
  (void)context;
  for (int x = 0; x < out->dim[0].extent; ++x)
    ((float *)out->host)[x] = -((float *)in->host)[x];
  return 0;
}

int test_fail(void *context, buffer *in, buffer *out) {
  (void)in, (void)out;
  return fovea_rt_malloc(context, 64) ? -42 : -43;
}

/* Orders of allocation and release that leak in a plain stack. Holds at most 1152 + 384 + 512 bytes, headers included. */
int test_churn(void *context, buffer *in, buffer *out) {
  (void)in, (void)out;
  void *outer = fovea_rt_malloc(context, 1000);
  for (int i = 0; i < 100; ++i) {
    void *first = fovea_rt_malloc(context, 200), *second = fovea_rt_malloc(context, 300);
    fovea_rt_free(context, first);
    fovea_rt_free(context, second);
  }
  void *kept = NULL;
  for (int i = 0; i < 100; ++i) {
    void *first = fovea_rt_malloc(context, 200);
    kept = kept ? kept : fovea_rt_malloc(context, 300);
    fovea_rt_free(context, first);
  }
  fovea_rt_free(context, outer);
  fovea_rt_free(context, kept);
  fovea_rt_free(context, NULL);
  return 0;
}
