#include "CTransferShim.h"

#include <limits.h>
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

struct martlet_gzip_writer {
    z_stream stream;
};

struct martlet_gzip_reader {
    z_stream stream;
    int is_at_end;
};

struct martlet_zstd_reader {
    ZSTD_DStream *stream;
};

/* The window that is asked for, plus 16: a gzip header, not a zlib one. */
enum { gzip_window = MAX_WBITS + 16, zstd_window_log = 27 };

static uInt clamped(size_t bytes) { return bytes > UINT_MAX ? UINT_MAX : (uInt)bytes; }

static enum martlet_stream_status status_of(int code) {
    switch (code) {
    case Z_OK:
    case Z_BUF_ERROR: return MARTLET_STREAM_MORE;
    case Z_STREAM_END: return MARTLET_STREAM_END;
    case Z_MEM_ERROR: return MARTLET_STREAM_NO_MEMORY;
    default: return MARTLET_STREAM_DAMAGED;
    }
}

/* Points the stream at the buffers, runs one step and says what it did. */
static struct martlet_stream_step step(
    z_stream *stream, int (*run)(z_stream *, int), int flush, const uint8_t *input,
    size_t input_bytes, uint8_t *output, size_t output_bytes) {
    uInt in = clamped(input_bytes), out = clamped(output_bytes);
    stream->next_in = (Bytef *)input;
    stream->avail_in = in;
    stream->next_out = output;
    stream->avail_out = out;
    int code = run(stream, flush);
    struct martlet_stream_step done = {
        status_of(code), in - stream->avail_in, out - stream->avail_out};
    return done;
}

struct martlet_gzip_writer *martlet_gzip_writer_make(int level) {
    struct martlet_gzip_writer *writer = calloc(1, sizeof *writer);
    if (!writer) return NULL;
    if (deflateInit2(&writer->stream, level, Z_DEFLATED, gzip_window, 8, Z_DEFAULT_STRATEGY)) {
        free(writer);
        return NULL;
    }
    return writer;
}

struct martlet_stream_step martlet_gzip_write(
    struct martlet_gzip_writer *writer, const uint8_t *input, size_t input_bytes, uint8_t *output,
    size_t output_bytes, int ends) {
    return step(
        &writer->stream, deflate, ends ? Z_FINISH : Z_NO_FLUSH, input, input_bytes, output,
        output_bytes);
}

void martlet_gzip_writer_free(struct martlet_gzip_writer *writer) {
    deflateEnd(&writer->stream);
    free(writer);
}

struct martlet_gzip_reader *martlet_gzip_reader_make(void) {
    struct martlet_gzip_reader *reader = calloc(1, sizeof *reader);
    if (!reader) return NULL;
    if (inflateInit2(&reader->stream, gzip_window)) {
        free(reader);
        return NULL;
    }
    return reader;
}

struct martlet_stream_step martlet_gzip_read(
    struct martlet_gzip_reader *reader, const uint8_t *input, size_t input_bytes, uint8_t *output,
    size_t output_bytes) {
    if (reader->is_at_end) {
        inflateReset(&reader->stream);
        reader->is_at_end = 0;
    }
    struct martlet_stream_step done = step(
        &reader->stream, inflate, Z_NO_FLUSH, input, input_bytes, output, output_bytes);
    reader->is_at_end = done.status == MARTLET_STREAM_END;
    return done;
}

void martlet_gzip_reader_free(struct martlet_gzip_reader *reader) {
    inflateEnd(&reader->stream);
    free(reader);
}

struct martlet_zstd_reader *martlet_zstd_reader_make(void) {
    struct martlet_zstd_reader *reader = calloc(1, sizeof *reader);
    if (!reader) return NULL;
    reader->stream = ZSTD_createDStream();
    if (!reader->stream) {
        free(reader);
        return NULL;
    }
    ZSTD_DCtx_setParameter(reader->stream, ZSTD_d_windowLogMax, zstd_window_log);
    return reader;
}

struct martlet_stream_step martlet_zstd_read(
    struct martlet_zstd_reader *reader, const uint8_t *input, size_t input_bytes, uint8_t *output,
    size_t output_bytes) {
    ZSTD_inBuffer in = {input, input_bytes, 0};
    ZSTD_outBuffer out = {output, output_bytes, 0};
    size_t left = ZSTD_decompressStream(reader->stream, &out, &in);
    enum martlet_stream_status status = ZSTD_isError(left) ? MARTLET_STREAM_DAMAGED
                                        : left == 0        ? MARTLET_STREAM_END
                                                           : MARTLET_STREAM_MORE;
    struct martlet_stream_step done = {status, in.pos, out.pos};
    return done;
}

void martlet_zstd_reader_free(struct martlet_zstd_reader *reader) {
    ZSTD_freeDStream(reader->stream);
    free(reader);
}
