namespace MaaS.Serving.Models;

/// <summary>A model does not fit beside those that cannot be unloaded.</summary>
internal sealed class MemoryLimitException(string message) : Exception(message);
