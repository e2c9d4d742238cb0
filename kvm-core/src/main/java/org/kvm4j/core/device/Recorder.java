package org.kvm4j.core.device;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.kvm4j.KvmException;
import org.kvm4j.device.VmClock;

/**
 * Writes what happens between a VM's devices and its guest, host and time into a file, from which
 * the test kit's {@code Replay} makes a unit test; docs/recording.md describes the format.
 *
 * <p>Guest RAM is not recorded: a device that reads or writes it cannot be replayed as far as it
 * depends on what was there. Nor is what a device reads from other devices through the buses. The
 * file holds whatever went through a console, passwords included, so that only its owner may read
 * it.
 *
 * <p>Nothing here stops the VM: a file that is full or cannot be written ends with a message.
 * Threading: any thread.
 */
public final class Recorder implements AutoCloseable {

  /** What a file holds unless said otherwise: about 30 million events. */
  public static final long DEFAULT_MAX_BYTES = 1L << 30;

  private static final int MAX_TEXT = 200;

  /** More than all words of a line take: five numbers of at most 20 digits, a text, blanks. */
  private static final int MAX_LINE_BYTES = 1 << 10;

  private static final int NO_VCPU = -1;

  private final Path file;
  private final long maxBytes;
  private final VmClock clock;
  private final long wallClockMillis;
  private final Consumer<String> onStop;
  private final Lock lock = new ReentrantLock();
  private volatile Thread[] vcpus = {}; // by number
  private volatile boolean stopped;

  // All below guarded by the lock.
  private final LineWriter writer;
  private LineText text;
  private long writtenBytes;
  private boolean told;
  private boolean closed;

  /**
   * Begins a recording.
   *
   * @param out which leads to {@code file}
   * @param onStop told in one sentence, once, when it ends before it is closed
   */
  Recorder(OutputStream out, Path file, long maxBytes, VmClock clock, Consumer<String> onStop) {
    this.file = file;
    this.maxBytes = maxBytes;
    this.clock = clock;
    this.onStop = onStop;
    writer = new LineWriter(out, this::stop);
    text = writer.next();
    wallClockMillis = clock.epochMillis();
    writeHeader("kvm4j-recording 1");
    writeHeader("wall-clock " + wallClockMillis);
  }

  /**
   * Begins a recording of at most {@link #DEFAULT_MAX_BYTES} in a new file.
   *
   * @param clock of the VM, at time 0
   * @param onStop told in one sentence, once, if the recording ends before it is closed
   * @throws KvmException if the file is there already or cannot be made
   */
  public static Recorder create(Path file, VmClock clock, Consumer<String> onStop) {
    try {
      // Not opened by way of a channel: that would be closed under a thread that is interrupted.
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      return new Recorder(
          new FileOutputStream(file.toFile()), file, DEFAULT_MAX_BYTES, clock, onStop);
    } catch (FileAlreadyExistsException e) {
      throw new KvmException(
          "Recording %s is there already. Name another file, or remove it.".formatted(file), e);
    } catch (NoSuchFileException e) {
      throw new KvmException(
          "Recording %s cannot be made: there is no such directory. Create it first."
              .formatted(file),
          e);
    } catch (AccessDeniedException e) {
      throw new KvmException(
          "Recording %s cannot be made: the directory is not writable. Name a file elsewhere."
              .formatted(file),
          e);
    } catch (IOException e) {
      throw new KvmException(
          "Recording %s cannot be made: %s. Name another file.".formatted(file, e.getMessage()), e);
    }
  }

  /** From now on, what happens on a thread is recorded as that of a vCPU. */
  public void vcpu(int number, Thread thread) {
    lock.lock();
    try {
      Thread[] known = Arrays.copyOf(vcpus, Math.max(vcpus.length, number + 1));
      known[number] = thread;
      vcpus = known;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Begins the recording of a device.
   *
   * @param options as planned, name to text
   */
  Tape tape(String id, String type, Map<String, String> options) {
    StringBuilder line = new StringBuilder("device " + LineText.word(id) + " " + type);
    options.forEach(
        (name, value) -> line.append(" " + LineText.word(name) + "=" + LineText.word(value)));
    writeHeader(line.toString());
    return new DeviceTape(this, LineText.word(id), clock, wallClockMillis);
  }

  /** Notes that what follows happens to another device, which is not recorded. */
  void replaced(String id) {
    writeHeader("# device %s is replaced here, and not recorded any more".formatted(id));
  }

  /** Writes one event; its time and text may not count, depending on its format. */
  void event(
      long timeNanos, String device, RecordedEvent event, long a, long b, long c, String words) {
    if (stopped) {
      return;
    }
    int vcpu = event.isCall ? vcpu() : NO_VCPU;
    lock.lock();
    try {
      if (!makeRoom(MAX_LINE_BYTES + device.length())) {
        return;
      }
      text.putDecimal(timeNanos);
      text.put(' ');
      if (vcpu != NO_VCPU) {
        text.putDecimal(vcpu);
      } else {
        text.put(event.isCall ? '-' : '.');
      }
      text.put(' ');
      text.put(device);
      text.put(' ');
      text.put(event.word);
      for (int i = 0; i < event.valueCount(); i++) {
        text.put(' ');
        putValue(event.format(i), i == 0 ? a : i == 1 ? b : c, words);
      }
      text.put('\n');
    } finally {
      lock.unlock();
    }
  }

  private void putValue(char format, long value, String words) {
    switch (format) {
      case 'd' -> text.putDecimal(value);
      case 't' -> text.put(words.substring(0, Math.min(words.length(), MAX_TEXT)));
      case 'b' -> {
        if (value < 0) {
          text.put('-');
        } else {
          text.putHex(value);
        }
      }
      default -> text.putHex(value);
    }
  }

  /** The vCPU whose thread this is; few enough to look through. */
  private int vcpu() {
    Thread current = Thread.currentThread();
    Thread[] known = vcpus;
    for (int number = 0; number < known.length; number++) {
      if (known[number] == current) {
        return number;
      }
    }
    return NO_VCPU;
  }

  private void writeHeader(String line) {
    int bytes = line.length() + 1;
    lock.lock();
    try {
      // Options may be longer than the buffer, and a file has no use for a part of them.
      if (bytes > LineWriter.BUFFER_BYTES) {
        stop("a device has options of %d bytes".formatted(bytes));
      } else if (!stopped && makeRoom(bytes)) {
        text.put(line);
        text.put('\n');
      }
    } finally {
      lock.unlock();
    }
  }

  /** Whether a line may be added. What is written always ends with a line. */
  private boolean makeRoom(int bytes) {
    if (stopped) {
      return false;
    }
    if (writtenBytes + text.length() + bytes > maxBytes) {
      stop("it has %d bytes, and may have %d".formatted(writtenBytes + text.length(), maxBytes));
    } else if (!text.hasRoom(bytes)) {
      flush();
    }
    return !stopped;
  }

  private void flush() {
    LineText next = writer.next();
    if (next == null) {
      stop("the file system does not keep up");
    } else {
      writtenBytes += text.length();
      writer.write(text);
      text = next;
    }
  }

  private void stop(String why) {
    lock.lock();
    try {
      stopped = true;
      if (!told) {
        told = true;
        onStop.accept(
            "Recording %s ends here: %s. The machine goes on without it.".formatted(file, why));
      }
    } finally {
      lock.unlock();
    }
  }

  /** Ends the recording with all that happened until now; idempotent. */
  @Override
  public void close() {
    lock.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      stopped = true; // nobody adds to the text any more
    } finally {
      lock.unlock();
    }
    try { // without the lock, which the writer's thread takes when it fails
      if (text.length() > 0) {
        writer.write(text);
      }
      writer.close();
    } catch (IOException e) {
      stop(e.getMessage());
    }
  }

  /** Closes it, and removes the file of a VM that has never run. */
  public void discard() {
    close();
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      onStop.accept("Recording %s is of no use, but stays: %s.".formatted(file, e.getMessage()));
    }
  }
}
