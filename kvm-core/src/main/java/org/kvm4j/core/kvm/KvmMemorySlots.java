package org.kvm4j.core.kvm;

import static org.kvm4j.core.abi.Ioctl.KVM_CREATE_GUEST_MEMFD;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_NR_MMU_PAGES;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_MEMORY_ATTRIBUTES;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_NR_MMU_PAGES;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_USER_MEMORY_REGION;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_USER_MEMORY_REGION2;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;
import org.kvm4j.KvmCapability;
import org.kvm4j.MemorySlot;
import org.kvm4j.core.abi.KvmCreateGuestMemfd;
import org.kvm4j.core.abi.KvmMemoryAttributes;
import org.kvm4j.core.abi.KvmUserspaceMemoryRegion;
import org.kvm4j.core.abi.KvmUserspaceMemoryRegion2;
import org.kvm4j.memory.GuestMemfd;
import org.kvm4j.memory.GuestMemfdFlag;
import org.kvm4j.memory.HostMemory;
import org.kvm4j.memory.MemoryAttribute;
import org.kvm4j.memory.MemorySlots;
import org.kvm4j.memory.MemorySpec;
import org.kvm4j.memory.MemorySpec.FileRange;
import org.kvm4j.memory.PageBitmap;

/**
 * MemorySlots over the ioctls of a VM, and the owner of the memory behind them.
 *
 * <p>The VM's lock is held wherever slots change, because reserved pages and vCPUs are checked
 * together with them.
 */
final class KvmMemorySlots implements MemorySlots, AutoCloseable {

  private static final int FEWEST_MMU_PAGES = 64;

  /** In a slot's number: the address space of system management mode. */
  private static final int SMM = 1 << 16;

  private final Fd fd;
  private final RamSlots ram;
  private final AddressSpace addresses;
  private final KvmVm vm;
  private final HostPages pages;
  private final DirtyLogs logs;
  private final List<KvmGuestMemfd> memfds = new ArrayList<>();

  /** The slots that system management mode sees, too, by number. */
  private final Set<Integer> inSmm = new HashSet<>();

  KvmMemorySlots(Fd fd, RamSlots ram, AddressSpace addresses, KvmVm vm) {
    this.fd = fd;
    this.ram = ram;
    this.addresses = addresses;
    this.vm = vm;
    pages = new HostPages(fd.sys());
    logs = new DirtyLogs(fd);
  }

  @Override
  public List<MemorySlot> all() {
    fd.requireOpen();
    return ram.all();
  }

  @Override
  public int limit() {
    fd.requireOpen();
    return fd.capabilities().value(KvmCapability.NR_MEMSLOTS);
  }

  @Override
  public MemorySlot add(MemorySpec spec) {
    synchronized (vm) {
      fd.requireOpen();
      addresses.checkRam(spec.guestAddress(), spec.sizeBytes(), RamSlots.NO_SLOT);
      if (ram.count() >= limit()) {
        throw new IllegalStateException(
            "The VM has %d memory slots, all that this KVM offers: delete one first"
                .formatted(ram.count()));
      }
      if (spec.readOnly()) {
        fd.capabilities().require(KvmCapability.READONLY_MEM, "Read-only memory");
      }
      MemorySlot slot =
          new MemorySlot(
              ram.lowestFreeId(),
              spec.guestAddress(),
              spec.sizeBytes(),
              spec.readOnly(),
              spec.dirtyLogged(),
              spec.file().isPresent());
      if (spec.file().isPresent()) {
        addInFile(slot, spec.file().get());
      } else {
        addMapped(slot, spec.host());
      }
      return slot;
    }
  }

  @Override
  public OptionalInt memfd(MemorySlot slot) {
    synchronized (vm) {
      return current(slot).mapping.memfd();
    }
  }

  @Override
  public MemorySlot move(MemorySlot slot, long guestAddress) {
    synchronized (vm) {
      RamSlot old = require(slot, "moves");
      addresses.checkRam(guestAddress, slot.sizeBytes(), slot.id());
      return change(
          old,
          new MemorySlot(
              slot.id(),
              guestAddress,
              slot.sizeBytes(),
              slot.readOnly(),
              slot.dirtyLogged(),
              false));
    }
  }

  @Override
  public MemorySlot setDirtyLogged(MemorySlot slot, boolean logged) {
    synchronized (vm) {
      RamSlot old = require(slot, "logs the writes of");
      return change(
          old,
          new MemorySlot(
              slot.id(), slot.guestAddress(), slot.sizeBytes(), slot.readOnly(), logged, false));
    }
  }

  @Override
  public void showInSmm(MemorySlot slot) {
    synchronized (vm) {
      RamSlot shown = require(slot, "shows SMM");
      fd.capabilities()
          .require(KvmCapability.MULTI_ADDRESS_SPACE, "Memory in system management mode");
      setRegion(inSmm(slot, slot.sizeBytes()), shown.hostAddress());
      inSmm.add(slot.id());
    }
  }

  @Override
  public void delete(MemorySlot slot) {
    synchronized (vm) {
      RamSlot old = current(slot);
      hideFromSmm(old);
      MemorySlot empty = new MemorySlot(slot.id(), slot.guestAddress(), 0);
      setRegion(empty, old.hostAddress());
      ram.remove(slot.id());
      if (old.ownsMapping()) {
        pages.park(old.mapping);
      }
    }
  }

  @Override
  public PageBitmap dirtyLog(MemorySlot slot) {
    synchronized (vm) {
      return logs.get(current(slot).slot);
    }
  }

  @Override
  public void enableManualDirtyLogProtect(boolean initiallySet) {
    synchronized (vm) {
      logs.enableManualProtect(initiallySet);
    }
  }

  @Override
  public void clearDirtyLog(MemorySlot slot, int firstPage, PageBitmap bitmap) {
    synchronized (vm) {
      logs.clear(current(slot).slot, firstPage, bitmap);
    }
  }

  @Override
  public void enableDirtyRings(int sizeBytes) {
    synchronized (vm) {
      vm.requireNoVcpu("KVM_CAP_DIRTY_LOG_RING");
      logs.enableRings(sizeBytes);
    }
  }

  @Override
  public int resetDirtyRings() {
    synchronized (vm) {
      fd.requireOpen();
      return logs.resetRings();
    }
  }

  /** Maps a new vCPU's ring if the VM has rings. */
  void mapRing(KvmDirtyRing ring) {
    if (logs.ringBytes() != 0) {
      ring.map(logs.ringBytes(), ram);
    }
  }

  @Override
  public int mmuPages() {
    return fd.ioctl(KVM_GET_NR_MMU_PAGES, 0);
  }

  @Override
  public void setMmuPages(int count) {
    if (count < FEWEST_MMU_PAGES) {
      throw new IllegalArgumentException(
          "%d pages for shadow page tables: KVM needs %d or more"
              .formatted(count, FEWEST_MMU_PAGES));
    }
    fd.ioctl(KVM_SET_NR_MMU_PAGES, count);
  }

  @Override
  public GuestMemfd createGuestMemfd(long sizeBytes, GuestMemfdFlag... flags) {
    Set<GuestMemfdFlag> set = EnumSet.noneOf(GuestMemfdFlag.class);
    set.addAll(List.of(flags));
    long bits = set.stream().mapToLong(GuestMemfdFlag::bit).sum();
    AddressSpace.checkPages("A guest_memfd", 0, sizeBytes);
    synchronized (vm) {
      checkOffered(KvmCapability.GUEST_MEMFD_FLAGS, set, bits);
      ByteBuffer create = Native.allocate(KvmCreateGuestMemfd.SIZEOF);
      create.putLong(KvmCreateGuestMemfd.SIZE, sizeBytes);
      create.putLong(KvmCreateGuestMemfd.FLAGS, bits);
      int number = fd.ioctl(KVM_CREATE_GUEST_MEMFD, create);
      KvmGuestMemfd memfd = new KvmGuestMemfd(fd.sys(), number, sizeBytes, Set.copyOf(set));
      memfds.add(memfd);
      return memfd;
    }
  }

  @Override
  public void setAttributes(long guestAddress, long sizeBytes, MemoryAttribute... attributes) {
    Set<MemoryAttribute> set = EnumSet.noneOf(MemoryAttribute.class);
    set.addAll(List.of(attributes));
    long bits = set.stream().mapToLong(MemoryAttribute::bit).sum();
    AddressSpace.checkPages("Memory attributes", guestAddress, sizeBytes);
    checkOffered(KvmCapability.MEMORY_ATTRIBUTES, set, bits);
    ByteBuffer argument = Native.allocate(KvmMemoryAttributes.SIZEOF);
    argument.putLong(KvmMemoryAttributes.ADDRESS, guestAddress);
    argument.putLong(KvmMemoryAttributes.SIZE, sizeBytes);
    argument.putLong(KvmMemoryAttributes.ATTRIBUTES, bits);
    fd.ioctl(KVM_SET_MEMORY_ATTRIBUTES, argument);
  }

  /** Unmaps all memory: no vCPU is left. Idempotent. */
  @Override
  public void close() {
    ram.close();
    pages.close();
    memfds.forEach(KvmGuestMemfd::close);
  }

  private void addMapped(MemorySlot slot, HostMemory host) {
    Mapping mapping = pages.take(slot.sizeBytes(), host);
    try {
      setRegion(slot, mapping.address());
      ram.add(new RamSlot(slot, mapping));
    } catch (RuntimeException e) {
      pages.giveBack(mapping);
      throw e;
    }
  }

  private void addInFile(MemorySlot slot, FileRange range) {
    KvmGuestMemfd memfd = ownMemfd(slot, range);
    Mapping whole = memfd.mapping();
    Mapping mapping = whole == null ? pages.take(slot.sizeBytes(), HostMemory.STANDARD) : whole;
    RamSlot added =
        new RamSlot(slot, mapping, whole == null ? 0 : range.offsetBytes(), whole == null);
    try {
      ByteBuffer region = Native.allocate(KvmUserspaceMemoryRegion2.SIZEOF);
      KvmUserspaceMemoryRegion2.write(
          region, slot, added.hostAddress(), memfd.number(), range.offsetBytes());
      fd.ioctl(KVM_SET_USER_MEMORY_REGION2, region);
      ram.add(added);
    } catch (RuntimeException e) {
      if (whole == null) {
        pages.giveBack(mapping);
      }
      throw e;
    }
  }

  private KvmGuestMemfd ownMemfd(MemorySlot slot, FileRange range) {
    for (KvmGuestMemfd memfd : memfds) {
      if (memfd == range.memfd()) {
        AddressSpace.checkPages("Memory in a guest_memfd", range.offsetBytes(), slot.sizeBytes());
        if (range.offsetBytes() > memfd.sizeBytes() - slot.sizeBytes()) {
          throw new IllegalArgumentException(
              "%d bytes at 0x%x leave the guest_memfd, which has %d bytes: create a larger one"
                  .formatted(slot.sizeBytes(), range.offsetBytes(), memfd.sizeBytes()));
        }
        return memfd;
      }
    }
    throw new IllegalArgumentException(
        "The guest_memfd is not of this VM: take one from its createGuestMemfd()");
  }

  private MemorySlot change(RamSlot old, MemorySlot slot) {
    boolean shownInSmm = hideFromSmm(old);
    try {
      setRegion(slot, old.hostAddress());
      ram.replace(new RamSlot(slot, old.mapping));
    } finally {
      if (shownInSmm) {
        showInSmm(ram.byId(slot.id()).slot);
      }
    }
    return slot;
  }

  /** Whether it was to be seen there. */
  private boolean hideFromSmm(RamSlot shown) {
    boolean wasShown = inSmm.remove(shown.slot.id());
    if (wasShown) {
      setRegion(inSmm(shown.slot, 0), shown.hostAddress());
    }
    return wasShown;
  }

  /** The same memory in the other address space; its writes are not logged there. */
  private static MemorySlot inSmm(MemorySlot slot, long sizeBytes) {
    return new MemorySlot(
        SMM | slot.id(), slot.guestAddress(), sizeBytes, slot.readOnly(), false, false);
  }

  private void setRegion(MemorySlot slot, long hostAddress) {
    ByteBuffer region = Native.allocate(KvmUserspaceMemoryRegion.SIZEOF);
    KvmUserspaceMemoryRegion.write(region, slot, hostAddress);
    fd.ioctl(KVM_SET_USER_MEMORY_REGION, region);
  }

  private RamSlot require(MemorySlot slot, String verb) {
    RamSlot found = current(slot);
    if (slot.inGuestMemfd()) {
      throw new IllegalArgumentException(
          "KVM never %s memory in a guest_memfd: delete slot %d and add another"
              .formatted(verb, slot.id()));
    }
    return found;
  }

  private RamSlot current(MemorySlot slot) {
    fd.requireOpen();
    RamSlot found = ram.byId(slot.id());
    // By identity first, mostly: a record's own equals is put together at its first call.
    if (found == null || !Objects.equals(found.slot, slot)) {
      throw new IllegalArgumentException(
          "Slot %d at 0x%x is deleted or has changed: take it from slots().all()"
              .formatted(slot.id(), slot.guestAddress()));
    }
    return found;
  }

  private void checkOffered(KvmCapability capability, Set<?> asked, long bits) {
    if ((bits & ~fd.capabilities().value(capability)) != 0) {
      fd.capabilities().require(capability, asked.toString());
      throw new IllegalArgumentException(
          "%s: this VM's KVM_CAP_%s offers only 0x%x"
              .formatted(asked, capability, fd.capabilities().value(capability)));
    }
  }
}
