namespace MaaS.Serving.Models;

/// <summary>A model does not fit into the memory limit together with the models that cannot be unloaded.</summary>
internal sealed class MemoryLimitException(string message) : Exception(message);
