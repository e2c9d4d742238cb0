package org.kvm4j.core.stream;

import static org.kvm4j.core.stream.Fcntl.O_NOCTTY;
import static org.kvm4j.core.stream.Fcntl.O_NONBLOCK;
import static org.kvm4j.core.stream.Fcntl.O_TRUNC;
import static org.kvm4j.core.stream.Fcntl.O_WRONLY;
import static org.kvm4j.core.sys.PollSet.NONE;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.kvm4j.core.sys.Errno;
import org.kvm4j.core.sys.Syscalls;
import org.kvm4j.device.DeviceConfigurationException;

/** Opens a file for output, empty at first: what it holds in the end is one run's output. */
final class FileSink {

  private FileSink() {}

  static HostEnd open(Path path, Syscalls libc) {
    create(path);
    // O_NONBLOCK: opening a named pipe that nobody reads would wait for a reader.
    int fd = libc.open(path.toString(), O_WRONLY | O_TRUNC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) {
      throw new DeviceConfigurationException(
          "Stream file:%s cannot be opened: %s. %s"
              .formatted(path, Errno.describe(-fd), advice(-fd)));
    }
    return new FixedEnd(
        libc, "file:" + path, "output goes to " + path, NONE, fd, new int[] {fd}, () -> {});
  }

  private static void create(Path path) {
    try {
      Files.createFile(path);
    } catch (FileAlreadyExistsException e) {
      return; // open() truncates it, or says what is wrong with it
    } catch (AccessDeniedException e) {
      throw new DeviceConfigurationException(
          "Stream file:%s cannot be created: the directory is not writable. Choose another one."
              .formatted(path),
          e);
    } catch (IOException e) {
      throw new DeviceConfigurationException(
          "Stream file:%s cannot be created: %s. Choose another file."
              .formatted(path, e.getMessage()),
          e);
    }
  }

  private static String advice(int errno) {
    return switch (errno) {
      case Errno.EISDIR -> "It is a directory: name a file in it.";
      case Errno.ENXIO -> "Nobody reads this named pipe: start its reader first.";
      case Errno.EACCES, Errno.EROFS -> "The file is not writable: choose another one.";
      default -> "Choose another file.";
    };
  }
}
