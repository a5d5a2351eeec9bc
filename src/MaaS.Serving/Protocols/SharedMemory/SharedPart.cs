namespace MaaS.Serving.Protocols.SharedMemory;

/// <summary>Where a tensor lies in shared memory: the parameters <c>shared_memory_…</c>.</summary>
/// <param name="Region">Name of a registered region.</param>
/// <param name="Offset">Where the tensor begins in it, in bytes.</param>
/// <param name="Size">Bytes that it may take.</param>
internal readonly record struct SharedPart(string Region, long Offset, long Size);
