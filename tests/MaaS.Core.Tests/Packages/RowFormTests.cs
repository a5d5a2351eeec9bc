using System.Text;
using MaaS.Core.Packages;

namespace MaaS.Core.Tests.Packages;

public sealed class RowFormTests
{
    [Test]
    public void FromJson_OfWhatToJsonWrote_IsTheSameForm()
    {
        var form = new RowForm(
        [
            new RowField("age", RowFieldKind.Number) { Example = "41" },
            new RowField("city", RowFieldKind.Category) { Categories = ["Kyoto", "Nara"], Example = "Nara" },
            new RowField("since", RowFieldKind.Date) { HasTime = true },
        ]);

        var read = RowForm.FromJson(Encoding.UTF8.GetBytes(form.ToJson()));

        Assert.That(
            read.Fields.Select(f => (f.Name, f.Kind, f.Example, f.HasTime)),
            Is.EqualTo(form.Fields.Select(f => (f.Name, f.Kind, f.Example, f.HasTime))));
        Assert.That(read.Fields[1].Categories, Is.EqualTo(new[] { "Kyoto", "Nara" }));
    }

    [TestCase("null", "got null")]
    [TestCase("{", "form.json: ")]
    [TestCase("""{"fields":[null]}""", "form.json: ")]
    [TestCase("""{"fields":[{"name":"a","kind":"Colour"}]}""", "form.json: ")]
    [TestCase("""{"fields":[{"name":"a","kind":"Number"},{"name":"a","kind":"Date"}]}""", "'a' twice")]
    [TestCase("""{"fields":[{"name":"a","kind":"Category","categories":[null]}]}""", "form.json: ")]
    [TestCase("""{"fields":[],"more":1}""", "more")]
    public void FromJson_OfWhatIsNoForm_SaysWhy(string json, string message)
        => Assert.That(
            () => RowForm.FromJson(Encoding.UTF8.GetBytes(json)),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains(message));
}
