package org.kvm4j.core.stream;

import static org.kvm4j.core.sys.PollSet.NONE;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.kvm4j.core.sys.Errno;
import org.kvm4j.core.sys.Syscalls;
import org.kvm4j.device.DeviceConfigurationException;

/**
 * A listening Unix socket that serves one client at a time; others wait in its queue.
 *
 * <p>A client may end either direction alone: {@code echo halt | nc -U PATH} sends and still wants
 * the answer. It is gone when both have ended, so a client's input is not lost if the guest reads
 * slowly. A guest that never reads it keeps the next client waiting.
 */
final class UnixSocketEnd implements HostEnd {

  private static final int RETRY_MILLIS = 1000;

  private static final System.Logger LOG = System.getLogger(UnixSocketEnd.class.getName());

  private final Syscalls libc;
  private final Path path;
  private final int listener;
  private final Object fileKey;
  private int client = NONE;
  private boolean hasInput;
  private boolean hasOutput;
  private boolean acceptFails;

  private UnixSocketEnd(Syscalls libc, Path path, int listener, Object fileKey) {
    this.libc = libc;
    this.path = path;
    this.listener = listener;
    this.fileKey = fileKey;
  }

  /** Makes the socket and listens. */
  static UnixSocketEnd open(Path path, Syscalls libc) {
    int length = path.toString().getBytes(StandardCharsets.UTF_8).length;
    if (length > Syscalls.UNIX_PATH_MAX) {
      throw new DeviceConfigurationException(
          "Stream unix:%s cannot be opened: the path has %d bytes. Use at most %d."
              .formatted(path, length, Syscalls.UNIX_PATH_MAX));
    }
    int listener = libc.listenUnix(path.toString());
    if (listener < 0) {
      throw new DeviceConfigurationException(
          "Stream unix:%s cannot be opened: %s. %s"
              .formatted(path, Errno.describe(-listener), advice(-listener)));
    }
    try {
      return new UnixSocketEnd(libc, path, listener, fileKey(path));
    } catch (IOException e) {
      libc.close(listener);
      throw new DeviceConfigurationException(
          "Stream unix:%s cannot be opened: its socket is gone again.".formatted(path), e);
    }
  }

  private static String advice(int errno) {
    return switch (errno) {
      case Errno.EADDRINUSE ->
          "The path exists: if no other VM listens there, remove it, or choose another one.";
      case Errno.EACCES, Errno.EROFS -> "The directory is not writable: choose another one.";
      default -> "Choose another path.";
    };
  }

  @Override
  public String description() {
    return "connect with e.g. socat -,raw,echo=0 UNIX-CONNECT:" + path;
  }

  @Override
  public int inputFd() {
    return hasInput ? client : NONE;
  }

  @Override
  public int outputFd() {
    return hasOutput ? client : NONE;
  }

  @Override
  public boolean awaitsPeer() {
    return true;
  }

  @Override
  public int peerFd() {
    return client == NONE && !acceptFails ? listener : NONE;
  }

  @Override
  public int peerCheckMillis() {
    return acceptFails ? RETRY_MILLIS : -1;
  }

  @Override
  public void checkPeer() {
    int accepted = libc.accept(listener);
    switch (-accepted) {
      case Errno.EMFILE, Errno.ENFILE, Errno.ENOMEM -> {
        // The listener stays readable, so polling it would spin: wait for better times.
        if (!acceptFails) {
          LOG.log(
              Level.WARNING,
              "unix:" + path + ": a client has to wait: " + Errno.describe(-accepted) + ".");
        }
        acceptFails = true;
      }
      default -> {
        acceptFails = false;
        if (accepted >= 0) {
          client = accepted;
          hasInput = true;
          hasOutput = true;
        } // else the client is gone already, or there was none
      }
    }
  }

  @Override
  public void inputEnded(int errno) {
    hasInput = false;
    closeClientIfGone();
  }

  @Override
  public void outputFailed(int errno) {
    hasOutput = false;
    closeClientIfGone();
  }

  private void closeClientIfGone() {
    if (!hasInput && !hasOutput) {
      libc.close(client);
      client = NONE;
    }
  }

  /** {@inheritDoc} The file is removed only if it is still the socket made here. */
  @Override
  public void close() {
    if (client != NONE) {
      libc.close(client);
    }
    libc.close(listener);
    try {
      if (Files.exists(path, LinkOption.NOFOLLOW_LINKS) && fileKey(path).equals(fileKey)) {
        Files.delete(path);
      }
    } catch (IOException e) {
      LOG.log(Level.WARNING, "unix:" + path + ": the socket stays behind: " + e.getMessage(), e);
    }
  }

  /** Device and inode. */
  private static Object fileKey(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
        .fileKey();
  }
}
