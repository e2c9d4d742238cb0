package org.kvm4j;

/** Thrown when an access by guest-physical address is not, or not wholly, within guest RAM. */
public final class GuestMemoryException extends KvmException {

  private static final long serialVersionUID = 1L;

  private final long address;
  private final long length;

  /** For {@code length} bytes from {@code address} on. */
  public GuestMemoryException(long address, long length) {
    super(
        "Guest memory 0x%x, %d bytes: outside RAM. Use an address within a memory slot."
            .formatted(address, length));
    this.address = address;
    this.length = length;
  }

  /** The guest-physical address of the access. */
  public long address() {
    return address;
  }

  /** The bytes of the access. */
  public long length() {
    return length;
  }
}
