package org.kvm4j.testkit;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Makes up what a hostile guest does: the same sequence for the same seed and device.
 *
 * <p>Most accesses hit a registered range or its edges; values favour what devices trip over.
 */
final class HostileGuest {

  private static final int MAX_LOG2_STEP_NANOS = 24; // 16 ms: a fast timer runs a few times only
  private static final int[] PORT_SIZES = {1, 2, 4};
  private static final int EDGE = 3;

  private final SplittableRandom random;
  private final List<AddressSpace.Range> ports;
  private final List<AddressSpace.Range> addresses;
  private final int streamCount;
  private final boolean hasControllers;

  /** For the ranges and streams that {@code machine} has now. */
  HostileGuest(long seed, MockMachine machine) {
    random = new SplittableRandom(seed);
    ports = machine.pio().space().ranges();
    addresses = machine.mmio().space().ranges();
    streamCount = machine.allStreams().size();
    hasControllers = !machine.processors().isEmpty();
  }

  Action next() {
    int percent = random.nextInt(100);
    if (percent < 4) {
      return new Action.TimeStep(random.nextLong(1L << random.nextInt(MAX_LOG2_STEP_NANOS + 1)));
    }
    if (percent < 7) {
      return new Action.RamWrite(random.nextInt(MockMachine.MEMORY_BYTES / 8) * 8L, value());
    }
    if (percent < 13 && streamCount > 0) {
      return hostAction(random.nextInt(streamCount));
    }
    return hasControllers && percent < 40 ? interruptAction() : access();
  }

  private Action interruptAction() {
    return switch (random.nextInt(4)) {
      case 0 -> new Action.Acknowledge();
      case 1 -> new Action.EndOfInterrupt(random.nextInt(256));
      default -> new Action.LineChange(random.nextInt(MockMachine.GSI_COUNT), random.nextBoolean());
    };
  }

  private Action hostAction(int stream) {
    if (random.nextInt(3) == 0) {
      return new Action.HostRoom(stream, random.nextInt(4) == 0 ? 0 : 1 << random.nextInt(16));
    }
    byte[] bytes = new byte[1 + random.nextInt(32)];
    random.nextBytes(bytes);
    return new Action.HostInput(stream, new String(bytes, StandardCharsets.ISO_8859_1));
  }

  private Action access() {
    int ranges = ports.size() + addresses.size();
    if (ranges == 0) {
      return portAccess(random.nextInt(FakePioBus.PORT_COUNT));
    }
    int index = random.nextInt(ranges);
    return index < ports.size()
        ? portAccess((int) addressIn(ports.get(index)))
        : memoryAccess(addressIn(addresses.get(index - ports.size())));
  }

  private Action portAccess(int anyPort) {
    int port = Math.max(0, Math.min(anyPort, FakePioBus.PORT_COUNT - 1));
    int size = PORT_SIZES[random.nextInt(PORT_SIZES.length)];
    return random.nextBoolean()
        ? new Action.PortRead(port, size)
        : new Action.PortWrite(port, size, (int) value());
  }

  private Action memoryAccess(long address) {
    int size = random.nextInt(3) == 0 ? 1 + random.nextInt(8) : 1 << random.nextInt(4);
    return random.nextBoolean()
        ? new Action.Load(address, size)
        : new Action.Store(address, size, value());
  }

  private long addressIn(AddressSpace.Range range) {
    long length = range.last() - range.first() + 1;
    return switch (random.nextInt(16)) {
      case 0 -> range.first() - random.nextInt(EDGE + 1);
      case 1 -> range.last() - random.nextInt(EDGE + 1);
      case 2, 3, 4 -> range.first() + random.nextLong(length);
      // Registers sit at the start of a large range, and mostly on a multiple of 4.
      case 5, 6, 7 -> range.first() + random.nextLong(Math.min(length, 256)) / 4 * 4;
      default -> range.first() + random.nextLong(Math.min(length, 256));
    };
  }

  private long value() {
    return switch (random.nextInt(8)) {
      case 0 -> 0;
      case 1 -> -1;
      case 2 -> 1L << random.nextInt(64);
      case 3 -> random.nextInt(MockMachine.MEMORY_BYTES) & ~7; // an address of RAM
      case 4, 5 -> random.nextInt(256);
      default -> random.nextLong();
    };
  }
}
