/* The kernel's side of DAHDI, as thin as can be, and what its errors mean to people. Nothing else in the
 * program opens its devices or asks it anything. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <sys/types.h>

/* /dev/dahdi/NODE, not blocking. The descriptor or -errno. */
int dahdi_io_open(const char *node);
void dahdi_io_close(int fd);
/* All: a result of 0 or more, or -errno. */
int dahdi_io_ctl(int fd, unsigned long request, void *argument);
ssize_t dahdi_io_read(int fd, void *to, size_t len);
ssize_t dahdi_io_write(int fd, const void *from, size_t len);
/* Waits for something out of the ordinary (POLLPRI): an event, a timer. False when the time is over. */
bool dahdi_io_wait(int fd, unsigned timeout_ms);

/* A channel by its number, opened for us alone. The descriptor or -errno. */
int dahdi_io_channel(int channel);

/* What helps against the error; never NULL. */
const char *dahdi_io_advice(int error);
