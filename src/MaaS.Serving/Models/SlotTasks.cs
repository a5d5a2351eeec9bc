namespace MaaS.Serving.Models;

/// <summary>The loads and unloads under way, for whoever waits for them. Used under the host's lock.</summary>
internal sealed class SlotTasks
{
    private readonly Dictionary<ModelSlot, Task> _loads = [];
    private readonly Dictionary<ModelSlot, Task> _unloads = [];

    /// <summary>All loads under way.</summary>
    public Task[] Loads => [.. _loads.Values];

    public void AddLoad(ModelSlot slot, Task load) => _loads[slot] = load;

    public void EndLoad(ModelSlot slot) => _loads.Remove(slot);

    /// <summary>Completes when the version is not being loaded.</summary>
    public Task LoadOf(ModelSlot slot) => _loads.GetValueOrDefault(slot, Task.CompletedTask);

    /// <summary>The loads of a model's versions.</summary>
    public Task[] LoadsOf(string name) => [.. _loads.Where(l => l.Key.Name == name).Select(l => l.Value)];

    public void AddUnload(ModelSlot slot, Task unload) => _unloads[slot] = Task.WhenAll(UnloadOf(slot), unload);

    /// <summary>One content is freed; those that the version had before may still be on their way.</summary>
    public void EndUnload(ModelSlot slot)
    {
        if (slot.Unloading == 0)
        {
            _unloads.Remove(slot);
        }
    }

    /// <summary>Completes when every content that the version had before is freed.</summary>
    public Task UnloadOf(ModelSlot slot) => _unloads.GetValueOrDefault(slot, Task.CompletedTask);

    /// <summary>Completes when some content is freed; null when none is on its way out.</summary>
    public Task? AnyUnload() => _unloads.Count > 0 ? Task.WhenAny(_unloads.Values) : null;
}
