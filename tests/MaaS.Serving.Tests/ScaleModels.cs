using MaaS.Core.Packages;
using MaaS.Core.Registry;
using MaaS.Onnx;
using MaaS.Onnx.Schema;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Serving.Tests;

/// <summary>Networks of one product, so that an answer tells which of them gave it.</summary>
internal static class ScaleModels
{
    /// <summary>(batch, 2) → x · factor → (batch, 2).</summary>
    public static OnnxModel Scale(float factor, string input = "x", string output = "y")
    {
        var builder = new GraphBuilder("scale");
        builder.AddInput(input, DataType.Float, ["batch", 2]);
        builder.AddInitializer(OnnxTensor.Create<float>("factor", [factor], 1));
        builder.Graph.Node.Add(
            new NodeProto { OpType = "Mul", Name = "mul", Input = { input, "factor" }, Output = { output } });
        builder.AddOutput(output, DataType.Float, ["batch", 2]);
        return builder.Build();
    }

    /// <summary>Registers a version whose factor is a given one.</summary>
    public static async Task<long> RegisterAsync(ModelRegistry registry, string name, float factor)
    {
        using var file = new TemporaryPackage();
        await ModelPackage.CreateAsync(
            file.Path, new ModelManifest { Name = name },
            new Dictionary<string, PackageContent>
            {
                [ModelPackage.ModelFile] = PackageContent.FromBytes(Scale(factor).ToByteArray()),
            });
        using var package = await ModelPackage.OpenAsync(file.Path);
        return (await registry.RegisterAsync(package, name)).Version;
    }

    private sealed class TemporaryPackage : IDisposable
    {
        public string Path { get; } = System.IO.Path.Combine(
            System.IO.Path.GetTempPath(), $"maas-{Guid.NewGuid():N}.maas");

        public void Dispose() => File.Delete(Path);
    }
}
