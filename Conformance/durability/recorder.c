// Loaded into the server before its C library (LD_PRELOAD), this notes what becomes of the files below
// one folder, in the order in which it happens, and each answer that is about to be sent. The test
// replays any beginning of it (images.py).
//
// MARTLET_RECORD_FOLDER names the folder, MARTLET_RECORD_FILE the file that is appended to. An event is
// a header of 28 bytes and what belongs to it; integers in the machine's order:
//
//   offset  bytes  field
//   0       4      kind (below)
//   4       4      file descriptor, or 0
//   8       8      offset, size or flags
//   16      4      a, length of the path
//   20      8      b, length of the data
//   28      a      path; two with a zero byte between them for a rename
//   28+a    b      data
//
// One lock is held around each call and its event, so the order is the true one. A call that failed
// leaves no event. What the server does not use (copy_file_range, splice) is not there; a shared mapping
// that can be written to would escape, and is an event that the test fails over.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum {
    event_start = 1, event_open, event_write, event_write_at, event_size, event_sync, event_rename,
    event_remove, event_folder, event_close, event_seek, event_answer, event_mapped, event_link,
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const char *folder;
static int record = -1;
static uint8_t is_followed[65536];

#define REAL(name) ((__typeof__(&name))real(#name))

static void *real(const char *name) { return dlsym(RTLD_NEXT, name); }

static int is_below(const char *path) {
    return folder && path && strncmp(path, folder, strlen(folder)) == 0;
}

static int follows(int descriptor) {
    return descriptor >= 0 && descriptor < (int)sizeof is_followed && is_followed[descriptor];
}

static void note(
    uint32_t kind, int32_t descriptor, uint64_t number, const char *path, uint32_t path_count,
    const struct iovec *parts, int part_count, uint64_t byte_count) {
    if (record < 0) return;
    uint8_t header[28];
    memcpy(header, &kind, 4);
    memcpy(header + 4, &descriptor, 4);
    memcpy(header + 8, &number, 8);
    memcpy(header + 16, &path_count, 4);
    memcpy(header + 20, &byte_count, 8);
    const int failure = errno;
    __typeof__(&write) put = REAL(write);
    if (put(record, header, sizeof header) != sizeof header) abort();
    if (path_count && put(record, path, path_count) != (ssize_t)path_count) abort();
    for (int i = 0; i < part_count && byte_count > 0; i++) {
        const size_t count = parts[i].iov_len < byte_count ? parts[i].iov_len : byte_count;
        if (put(record, parts[i].iov_base, count) != (ssize_t)count) abort();
        byte_count -= count;
    }
    errno = failure;
}

static void note_path(uint32_t kind, int32_t descriptor, uint64_t number, const char *path) {
    note(kind, descriptor, number, path, (uint32_t)strlen(path), 0, 0, 0);
}

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("MARTLET_RECORD_FILE");
    if (!path) return;
    folder = getenv("MARTLET_RECORD_FOLDER");
    record = REAL(open)(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    note(event_start, 0, 0, 0, 0, 0, 0, 0);
}

static int opened(int descriptor, const char *path, int flags) {
    if (descriptor >= 0 && descriptor < (int)sizeof is_followed && is_below(path)) {
        is_followed[descriptor] = 1;
        note_path(event_open, descriptor, (uint64_t)flags, path);
    }
    return descriptor;
}

#define MODE(flags) \
    mode_t mode = 0; \
    if ((flags) & (O_CREAT | O_TMPFILE)) { \
        va_list list; \
        va_start(list, flags); \
        mode = va_arg(list, mode_t); \
        va_end(list); \
    }

#define LOCKED(type, call) \
    pthread_mutex_lock(&lock); \
    type const result = call

#define DONE \
    pthread_mutex_unlock(&lock); \
    return result

int open(const char *path, int flags, ...) {
    MODE(flags)
    LOCKED(int, opened(REAL(open)(path, flags, mode), path, flags));
    DONE;
}

int open64(const char *path, int flags, ...) {
    MODE(flags)
    LOCKED(int, opened(REAL(open64)(path, flags, mode), path, flags));
    DONE;
}

int close(int descriptor) {
    pthread_mutex_lock(&lock);
    if (follows(descriptor)) {
        is_followed[descriptor] = 0;
        note(event_close, descriptor, 0, 0, 0, 0, 0, 0);
    }
    const int result = REAL(close)(descriptor);
    DONE;
}

// Answers are noted before they leave, so nobody can have seen one that is not in the record.
static void note_answer(const struct iovec *parts, int part_count) {
    if (part_count > 0 && parts[0].iov_len >= 9 && memcmp(parts[0].iov_base, "HTTP/1.1 ", 9) == 0 &&
        memcmp(parts[0].iov_base, "HTTP/1.1 100", 12) != 0) {
        pthread_mutex_lock(&lock);
        note(event_answer, 0, 0, 0, 0, 0, 0, 0);
        pthread_mutex_unlock(&lock);
    }
}

static ssize_t written(
    ssize_t count, uint32_t kind, int descriptor, uint64_t offset, const struct iovec *parts,
    int part_count) {
    if (count > 0)
        note(kind, descriptor, offset, 0, 0, parts, part_count, (uint64_t)count);
    return count;
}

ssize_t write(int descriptor, const void *bytes, size_t count) {
    const struct iovec part = {(void *)bytes, count};
    if (!follows(descriptor)) {
        note_answer(&part, 1);
        return REAL(write)(descriptor, bytes, count);
    }
    LOCKED(ssize_t, written(REAL(write)(descriptor, bytes, count), event_write, descriptor, 0, &part, 1));
    DONE;
}

ssize_t writev(int descriptor, const struct iovec *parts, int part_count) {
    if (!follows(descriptor)) {
        note_answer(parts, part_count);
        return REAL(writev)(descriptor, parts, part_count);
    }
    LOCKED(ssize_t, written(REAL(writev)(descriptor, parts, part_count), event_write, descriptor, 0, parts, part_count));
    DONE;
}

ssize_t send(int descriptor, const void *bytes, size_t count, int flags) {
    const struct iovec part = {(void *)bytes, count};
    note_answer(&part, 1);
    return REAL(send)(descriptor, bytes, count, flags);
}

ssize_t sendmsg(int descriptor, const struct msghdr *message, int flags) {
    note_answer(message->msg_iov, (int)message->msg_iovlen);
    return REAL(sendmsg)(descriptor, message, flags);
}

#define WRITE_AT(name, type) \
    ssize_t name(int descriptor, const void *bytes, size_t count, type offset) { \
        const struct iovec part = {(void *)bytes, count}; \
        if (!follows(descriptor)) return REAL(name)(descriptor, bytes, count, offset); \
        LOCKED(ssize_t, written(REAL(name)(descriptor, bytes, count, offset), event_write_at, \
            descriptor, (uint64_t)offset, &part, 1)); \
        DONE; \
    }
WRITE_AT(pwrite, off_t)
WRITE_AT(pwrite64, off64_t)

#define WRITE_PARTS_AT(name, type) \
    ssize_t name(int descriptor, const struct iovec *parts, int part_count, type offset) { \
        if (!follows(descriptor)) return REAL(name)(descriptor, parts, part_count, offset); \
        LOCKED(ssize_t, written(REAL(name)(descriptor, parts, part_count, offset), event_write_at, \
            descriptor, (uint64_t)offset, parts, part_count)); \
        DONE; \
    }
WRITE_PARTS_AT(pwritev, off_t)
WRITE_PARTS_AT(pwritev64, off64_t)

static int sized(int result, int descriptor, uint64_t byte_count) {
    if (result == 0 && follows(descriptor)) note(event_size, descriptor, byte_count, 0, 0, 0, 0, 0);
    return result;
}

int ftruncate(int descriptor, off_t byte_count) {
    LOCKED(int, sized(REAL(ftruncate)(descriptor, byte_count), descriptor, (uint64_t)byte_count));
    DONE;
}

int ftruncate64(int descriptor, off64_t byte_count) {
    LOCKED(int, sized(REAL(ftruncate64)(descriptor, byte_count), descriptor, (uint64_t)byte_count));
    DONE;
}

#define SEEK(name, type) \
    type name(int descriptor, type offset, int whence) { \
        LOCKED(type, REAL(name)(descriptor, offset, whence)); \
        if (result >= 0 && follows(descriptor)) \
            note(event_seek, descriptor, (uint64_t)result, 0, 0, 0, 0, 0); \
        DONE; \
    }
SEEK(lseek, off_t)
SEEK(lseek64, off64_t)

static int synced(int result, int descriptor) {
    if (result == 0 && follows(descriptor)) note(event_sync, descriptor, 0, 0, 0, 0, 0, 0);
    return result;
}

int fsync(int descriptor) {
    LOCKED(int, synced(REAL(fsync)(descriptor), descriptor));
    DONE;
}

int fdatasync(int descriptor) {
    LOCKED(int, synced(REAL(fdatasync)(descriptor), descriptor));
    DONE;
}

int rename(const char *from, const char *to) {
    LOCKED(int, REAL(rename)(from, to));
    if (result == 0 && is_below(from)) {
        const size_t first = strlen(from) + 1;
        char *both = malloc(first + strlen(to));
        memcpy(both, from, first);
        memcpy(both + first, to, strlen(to));
        note(event_rename, 0, 0, both, (uint32_t)(first + strlen(to)), 0, 0, 0);
        free(both);
    }
    DONE;
}

int link(const char *from, const char *to) {
    LOCKED(int, REAL(link)(from, to));
    if (result == 0 && is_below(to)) note_path(event_link, 0, 0, to);
    DONE;
}

#define PATH(name, kind, parameters, arguments) \
    int name parameters { \
        LOCKED(int, REAL(name) arguments); \
        if (result == 0 && is_below(path)) note_path(kind, 0, 0, path); \
        DONE; \
    }
PATH(unlink, event_remove, (const char *path), (path))
PATH(rmdir, event_remove, (const char *path), (path))
PATH(remove, event_remove, (const char *path), (path))
PATH(mkdir, event_folder, (const char *path, mode_t mode), (path, mode))

#define MAP(name, type) \
    void *name(void *address, size_t count, int protection, int flags, int descriptor, type offset) { \
        LOCKED(void *, REAL(name)(address, count, protection, flags, descriptor, offset)); \
        if (result != MAP_FAILED && follows(descriptor) && (flags & MAP_SHARED) && \
            (protection & PROT_WRITE)) \
            note(event_mapped, descriptor, 0, 0, 0, 0, 0, 0); \
        DONE; \
    }
MAP(mmap, off_t)
MAP(mmap64, off64_t)
