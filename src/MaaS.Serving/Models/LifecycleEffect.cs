using MaaS.Serving.Execution;

namespace MaaS.Serving.Models;

/// <summary>What the machine wants done outside of it: its host does it, and tells the machine how it ended.</summary>
internal abstract record LifecycleEffect
{
    private LifecycleEffect()
    {
    }

    /// <summary>
    /// Load a version; <see cref="LifecycleMachine.Loaded"/> or <see cref="LifecycleMachine.LoadFailed"/> follows.
    /// </summary>
    internal sealed record Load(ModelFamily Family, ModelSlot Slot, ModelSource Source) : LifecycleEffect;

    /// <summary>Free a content once its last lease is back; <see cref="LifecycleMachine.Unloaded"/> follows.</summary>
    internal sealed record Unload(ModelFamily Family, ModelSlot Slot, ServedModel Model, long Bytes) : LifecycleEffect;

    /// <summary>Free a content because the server stops; nothing follows.</summary>
    internal sealed record Discard(ServedModel Model) : LifecycleEffect;
}
