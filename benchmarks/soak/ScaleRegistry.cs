using MaaS.Core.Packages;
using MaaS.Core.Registry;
using MaaS.Onnx;
using MaaS.Onnx.Schema;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Benchmarks.Soak;

/// <summary>Models whose version n computes x · n, so that each answer shows whether it is right.</summary>
internal sealed class ScaleRegistry(string root)
{
    private readonly ModelRegistry _registry = new(root);

    /// <summary>Registers the next version, and deletes those that are older than the one before.</summary>
    public async Task<long> AddVersionAsync(string name)
    {
        var versions = _registry.Versions(name);
        var version = versions.Count == 0 ? 1 : versions[^1].Version + 1;
        var file = Path.Combine(Path.GetTempPath(), $"maas-soak-{Guid.NewGuid():N}.maas");
        try
        {
            await ModelPackage.CreateAsync(
                file,
                new ModelManifest { Name = name },
                new Dictionary<string, PackageContent>
                {
                    [ModelPackage.ModelFile] = PackageContent.FromBytes(Scale(version).ToByteArray()),
                });
            using var package = await ModelPackage.OpenAsync(file);
            await _registry.RegisterAsync(package, name);
        }
        finally
        {
            File.Delete(file);
        }

        foreach (var old in versions.SkipLast(1))
        {
            await _registry.DeleteAsync(name, old.Version);
        }

        return version;
    }

    /// <summary>(batch, 256) → x · factor; a megabyte of weights that are added as 0 stands for a model's
    /// size.</summary>
    private static OnnxModel Scale(float factor)
    {
        const int Width = 256, Padding = 1024;
        var builder = new GraphBuilder("scale");
        builder.AddInput("x", DataType.Float, ["batch", Width]);
        builder.AddInitializer(OnnxTensor.Create<float>("factor", [factor], 1));
        builder.AddInitializer(OnnxTensor.Create<float>("wide", new float[Width * Padding], Width, Padding));
        builder.AddInitializer(OnnxTensor.Create<float>("back", new float[Padding * Width], Padding, Width));
        void Add(string type, string name, string output, params string[] inputs)
            => builder.Graph.Node.Add(
                new NodeProto { OpType = type, Name = name, Input = { inputs }, Output = { output } });

        Add("Mul", "mul", "scaled", "x", "factor");
        Add("MatMul", "up", "u", "x", "wide");
        Add("MatMul", "down", "zero", "u", "back");
        Add("Add", "add", "y", "scaled", "zero");
        builder.AddOutput("y", DataType.Float, ["batch", Width]);
        return builder.Build();
    }
}
