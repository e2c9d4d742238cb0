package org.kvm4j.bus;

/**
 * The port space of one VM: 65,536 ports, 8 bits each.
 *
 * <p>An access that fits one registered range goes to its handler, split down to the handler's
 * {@linkplain PioHandler#maxAccessBytes() width}. One that crosses the edge of a range is split
 * into bytes, each answered by whoever owns its port. A port that nobody owns reads as all ones and
 * ignores writes.
 *
 * <p>Threading: {@link #read} and {@link #write} from any number of threads at once; they take no
 * lock of the bus. {@link #register} from one thread at a time.
 */
public interface PioBus {

  /** The number of ports: addresses are 0 to 0xffff. */
  int PORT_COUNT = 0x1_0000;

  /**
   * Gives the ports {@code base} to {@code base + length - 1} to a handler.
   *
   * @throws IllegalArgumentException if the range is empty or leaves the port space, or the
   *     handler's width is not 1, 2 or 4
   * @throws IllegalStateException if ranges can no longer be added: a device registers while it is
   *     being created, before the VM starts
   * @throws org.kvm4j.device.DeviceConflictException if a port belongs to another handler already;
   *     an implementation that collects the requests of all devices first reports it later, before
   *     the VM starts
   */
  void register(int base, int length, PioHandler handler);

  /**
   * Performs an {@code in} as the guest does.
   *
   * @param port 0 to 0xffff
   * @param size 1, 2 or 4 bytes
   * @return the value, zero-extended from {@code size} bytes
   */
  int read(int port, int size);

  /**
   * Performs an {@code out} as the guest does.
   *
   * @param port 0 to 0xffff
   * @param size 1, 2 or 4 bytes
   * @param value whose bits above {@code size} bytes are ignored
   */
  void write(int port, int size, int value);
}
