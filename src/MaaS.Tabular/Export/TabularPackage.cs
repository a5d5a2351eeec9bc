using System.Text;
using MaaS.Core.Packages;
using MaaS.Onnx;
using MaaS.Onnx.Inference;
using MaaS.Tabular.Samples;
using MaaS.Tabular.Tables;

namespace MaaS.Tabular.Export;

/// <summary>The package of a model of tables: network, schema of the inputs, form of a row, and what more there
/// is.</summary>
internal sealed class TabularPackage
{
    /// <summary>The schema of the inputs in a package.</summary>
    public const string SchemaFile = "schema.json";

    public required string Name { get; init; }

    public required string Description { get; init; }

    public required TabularTask Task { get; init; }

    public required IReadOnlyList<string> Classes { get; init; }

    /// <summary>The columns that the model takes.</summary>
    public required TableSchema Schema { get; init; }

    /// <summary>Training rows, which the form takes its categories from.</summary>
    public required Table Rows { get; init; }

    public required IReadOnlyDictionary<string, double> Metrics { get; init; }

    public required IReadOnlyDictionary<string, string> Hyperparameters { get; init; }

    /// <summary>Writes the package.</summary>
    /// <param name="path">Ends in <c>.maas</c> for a single file; any other path becomes a folder. Replaced when it
    /// exists.</param>
    /// <param name="model">The network.</param>
    /// <param name="others">More files by name.</param>
    /// <param name="cancellationToken">Leaves nothing behind.</param>
    public async Task WriteAsync(
        string path, OnnxModel model, IReadOnlyDictionary<string, string> others, CancellationToken cancellationToken)
    {
        var bytes = model.ToByteArray();
        using var inference = InferenceModel.Load(bytes, Name);
        var manifest = new ModelManifest
        {
            Name = Name,
            Description = Description,
            Task = Task == TabularTask.Classification ? ModelManifest.TabularClassification
                : ModelManifest.TabularRegression,
            Created = DateTimeOffset.UtcNow,
            Inputs = inference.Inputs,
            Outputs = inference.Outputs,
            Labels = Classes.Count > 0 ? Classes : null,
            Metrics = Metrics.Where(static s => double.IsFinite(s.Value)).ToDictionary(),
            Lineage = new ModelLineage { Hyperparameters = Hyperparameters },
        };
        var files = others.ToDictionary(
            static f => f.Key, static f => PackageContent.FromBytes(Encoding.UTF8.GetBytes(f.Value)));
        files[ModelPackage.ModelFile] = PackageContent.FromBytes(bytes);
        files[SchemaFile] = PackageContent.FromBytes(Encoding.UTF8.GetBytes(Schema.ToJson()));
        files[RowForm.FileName] = PackageContent.FromBytes(
            Encoding.UTF8.GetBytes(TableForm.Of(Rows, Schema).ToJson()));
        await ModelPackage.CreateAsync(
            path, manifest, files, new PackageWriteOptions { Overwrite = true }, cancellationToken)
            .ConfigureAwait(false);
    }
}
