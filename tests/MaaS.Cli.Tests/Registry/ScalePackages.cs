using MaaS.Core.Packages;
using MaaS.Onnx;
using MaaS.Onnx.Schema;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Cli.Tests.Registry;

/// <summary>Packages of a model that multiplies: (batch, 1) → x · factor.</summary>
internal static class ScalePackages
{
    public static async Task<string> MakeAsync(string path, string name, float factor)
    {
        var builder = new GraphBuilder("scale");
        builder.AddInput("x", DataType.Float, ["batch", 1]);
        builder.AddInitializer(OnnxTensor.Create<float>("factor", [factor], 1));
        builder.Graph.Node.Add(
            new NodeProto { OpType = "Mul", Name = "mul", Input = { "x", "factor" }, Output = { "y" } });
        builder.AddOutput("y", DataType.Float, ["batch", 1]);
        await ModelPackage.CreateAsync(
            path, new ModelManifest
            {
                Name = name,
                Metrics = new Dictionary<string,
                double>
                { ["accuracy"] = factor / 10 },
            },
            new Dictionary<string, PackageContent>
            {
                [ModelPackage.ModelFile] = PackageContent.FromBytes(builder.Build().ToByteArray()),
            });
        return path;
    }
}
