using System.Text.Json;
using Google.Protobuf.Reflection;
using MaaS.Serving.Grpc.Schema;

namespace MaaS.Serving.Tests.Grpc;

/// <summary>The messages against the published definitions (Fixtures/make_grpc_fields.py).</summary>
public sealed class SchemaTests
{
    private static readonly JsonElement Published = JsonDocument.Parse(
        File.ReadAllBytes(ModelsFolder.Fixture("grpc_fields.json"))).RootElement;

    private static IEnumerable<MessageDescriptor> Messages
        => new[] { InferenceReflection.Descriptor, HealthReflection.Descriptor }.SelectMany(f => f.MessageTypes)
            .SelectMany(WithNested);

    [TestCaseSource(nameof(Messages))]
    public void Message_EveryField_HasThePublishedNumberAndType(MessageDescriptor message)
    {
        var published = Published.GetProperty(message.FullName);
        foreach (var field in message.Fields.InDeclarationOrder())
        {
            var type = field.FieldType switch
            {
                FieldType.Message => field.MessageType.FullName,
                FieldType.Enum => field.EnumType.FullName,
                _ => field.FieldType.ToString().ToLowerInvariant(),
            };
            Assert.That(
                $"{field.Name} {field.FieldNumber} {type} {(field.IsRepeated ? "repeated" : "optional")}",
                Is.EqualTo($"{field.Name} {string.Join(' ', published.GetProperty(field.Name).EnumerateArray())}"));
        }
    }

    private static IEnumerable<MessageDescriptor> WithNested(MessageDescriptor message)
        => message.NestedTypes.SelectMany(WithNested).Prepend(message);
}
