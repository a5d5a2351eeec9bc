using MaaS.Core.Importing;

namespace MaaS.Tests;

/// <summary>The real weights of all-MiniLM-L6-v2 in the layout of sentence-transformers.</summary>
internal static class MiniLm
{
    private const string Modules = """
        [
          { "idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer" },
          { "idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling" },
          { "idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize" }
        ]
        """;

    /// <summary>Imports them.</summary>
    /// <param name="weights">Where set-up has put them.</param>
    /// <param name="folder">Where a folder is made that looks as the encoder's authors publish it.</param>
    /// <param name="package">The package.</param>
    public static async Task<ImportedModel> ImportAsync(string weights, string folder, string package)
    {
        Directory.CreateDirectory(Path.Combine(folder, "1_Pooling"));
        foreach (var file in new[] { "config.json", "model.onnx", "vocab.txt" })
        {
            File.CreateSymbolicLink(Path.Combine(folder, file), Path.Combine(weights, file));
        }

        await File.WriteAllTextAsync(Path.Combine(folder, "modules.json"), Modules);
        await File.WriteAllTextAsync(
            Path.Combine(folder, "1_Pooling", "config.json"),
            """{"pooling_mode_cls_token": false, "pooling_mode_mean_tokens": true}""");
        await File.WriteAllTextAsync(
            Path.Combine(folder, "sentence_bert_config.json"), """{"max_seq_length": 256}""");
        return await ModelImport.FromHuggingFaceAsync(folder, package, new ImportOptions { Name = "minilm" });
    }
}
