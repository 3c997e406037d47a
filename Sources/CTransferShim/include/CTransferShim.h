/*
 * Streams of gzip and zstd data, a piece at a time, over zlib and libzstd.
 *
 * A stream belongs to one thread at a time. Memory is bounded whatever the data say: gzip takes
 * 300 KiB to write and 40 KiB to read; a zstd frame that wants a window of more than 128 MiB is
 * refused. Nothing here reads outside the buffers that it is given.
 */
#ifndef CTRANSFERSHIM_H
#define CTRANSFERSHIM_H

#include <stddef.h>
#include <stdint.h>

enum martlet_stream_status {
    /* Went on as far as input or room for output allowed. */
    MARTLET_STREAM_MORE = 0,
    /* The end of a gzip member or of a zstd frame; another one may follow. */
    MARTLET_STREAM_END = 1,
    /* The data are damaged, or not of this kind at all. */
    MARTLET_STREAM_DAMAGED = 2,
    MARTLET_STREAM_NO_MEMORY = 3
};

/* What a step took and gave. */
struct martlet_stream_step {
    enum martlet_stream_status status;
    size_t taken;
    size_t given;
};

struct martlet_gzip_writer;
struct martlet_gzip_reader;
struct martlet_zstd_reader;

/* NULL when there is no memory. */
struct martlet_gzip_writer *martlet_gzip_writer_make(int level);
/* `ends`: no input follows what is given; END once all output was given. */
struct martlet_stream_step martlet_gzip_write(
    struct martlet_gzip_writer *writer, const uint8_t *input, size_t input_bytes, uint8_t *output,
    size_t output_bytes, int ends);
void martlet_gzip_writer_free(struct martlet_gzip_writer *writer);

struct martlet_gzip_reader *martlet_gzip_reader_make(void);
/* After END the next step begins another member. */
struct martlet_stream_step martlet_gzip_read(
    struct martlet_gzip_reader *reader, const uint8_t *input, size_t input_bytes, uint8_t *output,
    size_t output_bytes);
void martlet_gzip_reader_free(struct martlet_gzip_reader *reader);

struct martlet_zstd_reader *martlet_zstd_reader_make(void);
struct martlet_stream_step martlet_zstd_read(
    struct martlet_zstd_reader *reader, const uint8_t *input, size_t input_bytes, uint8_t *output,
    size_t output_bytes);
void martlet_zstd_reader_free(struct martlet_zstd_reader *reader);

#endif
