using MaaS.Training.Tracing;
using MaaS.Training.Tracing.LibTorch;

namespace MaaS.Training.Tests.Tracing.LibTorch;

public class OperatorSchemaTests
{
    [TestCase("aten::relu(Tensor self) -> Tensor", "", "self", false)]
    [TestCase("aten::add_.Tensor(Tensor(a!) self, Tensor other, *, Scalar alpha=1) -> Tensor(a!)", "Tensor", "self "
        + "other alpha", true)]
    [TestCase("aten::view(Tensor(a) self, SymInt[] size) -> Tensor(a)", "", "self size", false)]
    [TestCase("aten::conv2d(Tensor input, Tensor weight, SymInt[2] stride=[1, 1], str mode=\"a, (b\") -> "
        + "Tensor", "", "input weight stride mode", false)]
    [TestCase("aten::sort.values(Tensor self, *, Tensor(a!) values, Tensor(b!) indices) -> (Tensor(a!) values, "
        + "Tensor(b!) indices)", "values", "self values indices", true)]
    [TestCase("aten::rand() -> Tensor", "", "", false)]
    [TestCase("aten::unbind.int(Tensor(a -> *) self, int dim=0) -> Tensor(a)[]", "int", "self dim", false)]
    public void Parse_Schema_GivesOverloadArgumentsAndWrites(
        string text, string overload, string arguments, bool writes)
    {
        var schema = OperatorSchema.Parse(text);

        Assert.That(schema.Overload, Is.EqualTo(overload));
        Assert.That(string.Join(' ', schema.Arguments), Is.EqualTo(arguments));
        Assert.That(schema.Writes, Is.EqualTo(writes));
    }

    [TestCase("no schema"), TestCase("aten::add(Tensor self")]
    public void Parse_OtherText_Throws(string text) =>
        Assert.That(() => OperatorSchema.Parse(text),
            Throws.InstanceOf<TracingException>().With.Message.Contains(text));
}
