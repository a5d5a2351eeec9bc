using MaaS.Text.Components;


namespace MaaS.Text.PostProcessors;

/// <summary>The post-processors that tokenizer.json can name.</summary>
internal static class TextPostProcessors
{
    public static ComponentFamily<IPostProcessor> Family { get; } = new(
        "post-processor",
        (BertProcessor.TypeName, BertProcessor.Read),
        (RobertaProcessor.TypeName, RobertaProcessor.Read),
        (TemplateProcessor.TypeName, TemplateProcessor.Read),
        (ByteLevelProcessor.TypeName, ByteLevelProcessor.Read),
        (ProcessorSequence.TypeName, ProcessorSequence.Read));
}
