using MaaS.Serving.Protocols.SharedMemory;

namespace MaaS.Serving.Protocols.OpenInference;

/// <summary>An output that a request names.</summary>
/// <param name="Name">The output.</param>
/// <param name="IsBinary">Whether it comes as bytes; null leaves that to the request's own setting.</param>
/// <param name="Shared">Where it shall be written in shared memory; null for the answer itself.</param>
/// <param name="Classes">How many of the largest values are wanted as text; 0 for the tensor itself.</param>
internal readonly record struct RequestedOutput(
    string Name, bool? IsBinary = null, int Classes = 0, SharedPart? Shared = null);
