using MaaS.Core.InputData;
using MaaS.Fuzzing.Engine;

namespace MaaS.Fuzzing.Harnesses;

/// <summary>NumPy's archives of arrays.</summary>
internal sealed class NpzHarness : IFuzzHarness
{
    public string Name => "npz";

    public IReadOnlyList<string> Words { get; } = [
        "PK\x03\x04", "PK\x01\x02", "PK\x05\x06", "PK\x06\x06", "PK\x06\x07", ".npy", "\x93NUMPY\x01\0",
        "'shape': (2, 3)",
    ];

    public IReadOnlyList<byte[]> Seeds()
        => [KnownInputs.Seed("Arrays", "stored.npz"), KnownInputs.Seed("Arrays", "deflated.npz")];

    public bool IsDocumented(Exception exception) => exception is InvalidDataException;

    public void Run(byte[] input)
    {
        foreach (var (_, tensor) in NpzFile.Read(TemporaryPath.Write("a.npz", input)))
        {
            TensorRoundTrip.Binary(tensor);
        }
    }
}
