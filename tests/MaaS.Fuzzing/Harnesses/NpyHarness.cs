using MaaS.Core.InputData;
using MaaS.Fuzzing.Engine;

namespace MaaS.Fuzzing.Harnesses;

/// <summary>NumPy's arrays.</summary>
internal sealed class NpyHarness : IFuzzHarness
{
    public string Name => "npy";

    public IReadOnlyList<string> Words { get; } =
        ["\x93NUMPY\x01\0", "'descr': ", "'fortran_order': True", "'shape': (2, 3)", "'<f4'", "'>i8'", "'|b1'", "'<U4'", "'|S3'", "(", ")", ",", "{", "}", "\n", "()"];

    public IReadOnlyList<byte[]> Seeds()
        => [.. Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Seeds", "Arrays"), "*.npy")
            .Order(StringComparer.Ordinal).Select(File.ReadAllBytes)];

    public bool IsDocumented(Exception exception) => exception is InvalidDataException;

    public void Run(byte[] input)
    {
        using var tensor = NpyFile.Read(new MemoryStream(input), input.Length, "a.npy");
        TensorRoundTrip.Binary(tensor);
        using var again = NpyFile.Read(TemporaryPath.Write("a.npy", input));
        TensorRoundTrip.Same(tensor, again);
    }
}
