using System.Text.Json;
using MaaS.Onnx;
using MaaS.Tests;
using MaaS.Training.Export;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Export;

/// <summary>What tests of exported modules share: export, let the onnx package check the file, load it again.</summary>
public abstract class ExportTests
{
    /// <summary>Nodes of PyTorch's own exporter for the same architectures: Fixtures/make_node_counts.py.</summary>
    protected static IReadOnlyDictionary<string, int> PyTorchNodes { get; } =
        JsonSerializer.Deserialize<Dictionary<string, int>>(
        File.ReadAllText(
            Path.Combine(TestContext.CurrentContext.TestDirectory, "Export", "Fixtures", "node_counts.json")))!;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("maas-export-");

    [SetUp]
    public void SeedTorch() => random.manual_seed(1);

    [OneTimeTearDown]
    public void DeleteFolder() => _folder.Delete(recursive: true);

    /// <summary>Exports with parity within 1e-4; the checker must accept the file.</summary>
    protected OnnxExportResult Export(
        nn.Module module, IReadOnlyList<Tensor> examples, OnnxExportOptions? options = null)
    {
        var result = OnnxExporter.Export(module, examples, options);
        Check(result);
        return result;
    }

    /// <summary>Saves the model and lets the onnx package check it.</summary>
    protected void Check(OnnxExportResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        string path = Path.Combine(_folder.FullName, $"{Guid.NewGuid():N}.onnx");
        result.Model.Save(path);
        OnnxChecker.Check(path);
        Assert.That(result.ParityMaxAbs, Is.LessThanOrEqualTo(1e-4));
        Assert.That(OnnxModel.Load(path).Graph.Node, Has.Count.EqualTo(result.Model.Graph.Node.Count));
    }

    /// <summary>The operators of the graph in order.</summary>
    protected static IEnumerable<string> Operators(OnnxExportResult result)
        => result.Model.Graph.Node.Select(static node => node.OpType);
}
