package tocsin.flowable;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.flowable.bpmn.converter.BpmnXMLConverter;
import org.flowable.bpmn.model.BpmnModel;
import org.flowable.bpmn.model.FlowElement;
import org.flowable.bpmn.model.SequenceFlow;
import org.flowable.common.engine.impl.util.io.InputStreamSource;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What must hold for every process that we ship, so that people can read it and nothing in it runs as a script. */
class ProcessFilesTest {
    private static final Pattern EXPRESSION = Pattern.compile("[$#]\\{[^}]*}");
    private static final Pattern STEP =
            Pattern.compile("\\$\\{(escalation|healing|incident)\\.[a-zA-Z]+\\((execution)?\\)}");

    @ParameterizedTest
    @ValueSource(strings = {"escalation", "incident", "self-healing"})
    void expressions_onlyCallSteps(String process) throws IOException {
        assertThat(EXPRESSION.matcher(xml(process)).results())
                .isNotEmpty()
                .allSatisfy(found -> assertThat(found.group()).matches(STEP));
        assertThat(xml(process)).doesNotContain("scriptTask", "flowable:class", "executionListener");
    }

    @ParameterizedTest
    @ValueSource(strings = {"escalation", "incident", "self-healing"})
    void everything_isDrawnAndNamed(String process) throws IOException {
        var model = model(process);
        var main = model.getMainProcess();
        assertThat(main.getName()).isNotBlank();
        assertThat(main.getDocumentation()).isNotBlank();
        for (var element : main.findFlowElementsOfType(FlowElement.class, true)) {
            if (element instanceof SequenceFlow) {
                assertThat(model.getFlowLocationGraphicInfo(element.getId()))
                        .as(element.getId())
                        .hasSizeGreaterThanOrEqualTo(2);
            } else {
                assertThat(model.getGraphicInfo(element.getId()))
                        .as(element.getId())
                        .isNotNull();
            }
        }
    }

    private static BpmnModel model(String process) throws IOException {
        InputStream xml = new ByteArrayInputStream(xml(process).getBytes(StandardCharsets.UTF_8));
        return new BpmnXMLConverter().convertToBpmnModel(new InputStreamSource(xml), false, false);
    }

    private static String xml(String process) throws IOException {
        try (var stream = ProcessFilesTest.class.getResourceAsStream("/tocsin/workflows/" + process + ".bpmn20.xml")) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
