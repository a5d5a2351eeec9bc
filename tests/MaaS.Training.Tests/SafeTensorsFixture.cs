using MaaS.Core.Packages;
using static TorchSharp.torch;

namespace MaaS.Training.Tests;

/// <summary>Tensors that a <c>make_*.py</c> beside the file computed.</summary>
internal sealed class SafeTensorsFixture(params string[] path) : IDisposable
{
    private readonly SafeTensorsFile _file = SafeTensorsFile.Open(
        Path.Combine([TestContext.CurrentContext.TestDirectory, .. path]));

    /// <summary>The names that start with a prefix, without it.</summary>
    public IEnumerable<string> Names(string prefix)
        => _file.Entries.Where(e => e.Name.StartsWith(prefix, StringComparison.Ordinal))
            .Select(e => e.Name[prefix.Length..]);

    /// <summary>A copy of a tensor, float32 or int64.</summary>
    public Tensor this[string name]
    {
        get
        {
            var value = _file[name];
            long[] shape = value.Shape.ToArray();
            return value.Type == MaaS.Onnx.Inference.ElementType.Int64
                ? tensor(value.AsSpan<long>().ToArray(), shape)
                : tensor(value.AsSpan<float>().ToArray(), shape);
        }
    }

    public void Dispose() => _file.Dispose();
}
