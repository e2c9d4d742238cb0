package org.kvm4j;

/**
 * What the KVM_TRACE ioctls ask for: tracing of KVM by KVM itself. See {@link Hypervisor#trace}.
 */
public enum TraceCommand {
  /** KVM_TRACE_ENABLE. */
  ENABLE,
  /** KVM_TRACE_PAUSE. */
  PAUSE,
  /** KVM_TRACE_DISABLE. */
  DISABLE
}
